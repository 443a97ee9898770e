-- How far the business clock is turned: what was due by it before a restart is due after it.
CREATE TABLE clock (
  only      INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  offset_ms INTEGER NOT NULL
) STRICT;
