-- What is known of files. Their bytes are in the media store.
CREATE TABLE files (
  id             TEXT NOT NULL PRIMARY KEY,
  integration_id TEXT NOT NULL,
  expires_at     INTEGER NOT NULL,
  file           TEXT NOT NULL -- JSON of MediaFile
) STRICT, WITHOUT ROWID;

CREATE INDEX files_expiring ON files (expires_at);

-- What suppliers call files that they were given, by whose files they are there.
CREATE TABLE supplier_files (
  file_id     TEXT NOT NULL,
  sender      TEXT NOT NULL,
  supplier_id TEXT NOT NULL,
  expires_at  INTEGER NOT NULL,
  PRIMARY KEY (file_id, sender)
) STRICT, WITHOUT ROWID;
