/** Run once each, in this order, and never changed afterwards. Times are milliseconds since 1970. */
export const migrations = [
  `CREATE TABLE business (
     phone_number_id TEXT PRIMARY KEY,
     callback_uri    TEXT
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE phone (
     msisdn   TEXT PRIMARY KEY,
     settings TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE message (
     seq             INTEGER PRIMARY KEY,
     id              TEXT NOT NULL UNIQUE,
     msisdn          TEXT NOT NULL,
     phone_number_id TEXT NOT NULL,
     direction       TEXT NOT NULL,
     content         TEXT NOT NULL,
     reply_to        TEXT,
     callback_data   TEXT,
     at              INTEGER NOT NULL,
     ticks           TEXT NOT NULL,
     deliver_at      INTEGER
   ) STRICT;
   CREATE INDEX message_conversation ON message (msisdn, seq);
   CREATE INDEX message_on_its_way ON message (deliver_at) WHERE deliver_at IS NOT NULL;
   CREATE INDEX message_held ON message (msisdn) WHERE ticks = 'sent' AND direction = 'in';

   CREATE TABLE webhook (
     seq             INTEGER PRIMARY KEY,
     phone_number_id TEXT NOT NULL,
     kind            TEXT NOT NULL,
     body            TEXT NOT NULL,
     contact         TEXT NOT NULL,
     message_id      TEXT,
     at              INTEGER NOT NULL,
     attempts        INTEGER NOT NULL,
     due_at          INTEGER
   ) STRICT;
   CREATE INDEX webhook_due ON webhook (phone_number_id, due_at, seq)`,

  `CREATE TABLE media (
     id              TEXT PRIMARY KEY,
     phone_number_id TEXT NOT NULL,
     mime_type       TEXT NOT NULL,
     sha256          TEXT NOT NULL,
     bytes           INTEGER NOT NULL,
     at              INTEGER NOT NULL,
     used            INTEGER NOT NULL DEFAULT 0,
     gone            INTEGER NOT NULL DEFAULT 0
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX media_old ON media (at) WHERE gone = 0`,

  `CREATE TABLE business_account (
     id        TEXT PRIMARY KEY,
     templates TEXT NOT NULL
   ) STRICT, WITHOUT ROWID`,

  // Until here all files were uploads, which live for 30 days.
  `ALTER TABLE media ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
   UPDATE media SET expires_at = at + 2592000000;
   DROP INDEX media_old;
   CREATE INDEX media_old ON media (expires_at) WHERE gone = 0`,

  `CREATE TABLE clock (
     only_one  INTEGER PRIMARY KEY CHECK (only_one = 1),
     offset_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,

  `CREATE TABLE fault (
     only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
     armed    TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE message ADD COLUMN reports TEXT`,

  `CREATE TABLE kms (
     only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
     secret   BLOB NOT NULL
   ) STRICT, WITHOUT ROWID`,
]
