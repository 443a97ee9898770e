-- Wrapped keys that seal what is stored: one of the installation, whose owner is '', and one of each integration.
CREATE TABLE sealing_keys (
  owner   TEXT NOT NULL PRIMARY KEY,
  wrapped TEXT NOT NULL
) STRICT, WITHOUT ROWID;
