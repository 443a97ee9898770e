-- Who serves lanes of a kind, and until when that is sure. here_until is real time.
CREATE TABLE nodes (
  kind       TEXT NOT NULL,
  node       TEXT NOT NULL,
  here_until INTEGER NOT NULL,
  PRIMARY KEY (kind, node)
) STRICT, WITHOUT ROWID;
