-- The last transaction of each writer: after a crash the database may give the id of one that it lost to another, so only
-- what was written with it says that it was committed. A node has a few writers, and new ones after each start.
CREATE TABLE commits (
  writer TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL,
  at     BIGINT NOT NULL
) WITH (fillfactor = 50);
