-- Times are milliseconds since 1970. Ids are 32 hex digits that ascend, so a table keyed by them is appended to.

-- MTs: the message is its own place in its lane. It waits (due_at), is under way, or neither: then nothing is left to do.
CREATE TABLE mts (
  id                TEXT NOT NULL PRIMARY KEY,
  integration_id    TEXT NOT NULL,
  lane              TEXT NOT NULL, -- '<channel>:<sender>'
  recipient         TEXT NOT NULL,
  content           TEXT NOT NULL, -- JSON of Content
  client_message_id TEXT,
  generation        TEXT NOT NULL,
  priority          INTEGER NOT NULL,
  accepted_at       INTEGER NOT NULL,
  due_at            INTEGER,
  expires_at        INTEGER NOT NULL,
  conversation      TEXT,
  status            TEXT NOT NULL,
  status_at         INTEGER NOT NULL,
  on_uncertain      TEXT NOT NULL,
  uncertain_wait_ms INTEGER NOT NULL,
  attempts          INTEGER NOT NULL DEFAULT 0,
  under_way         INTEGER NOT NULL DEFAULT 0,
  uncertain         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX mts_waiting ON mts (lane, priority, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mts_under_way ON mts (lane) WHERE under_way = 1;
-- Only integrations that want order fill conversation.
CREATE INDEX mts_ordered ON mts (lane, conversation)
  WHERE conversation IS NOT NULL AND (due_at IS NOT NULL OR under_way = 1);

-- Counted by the minute, so that limits need not read a month of messages at the start.
CREATE TABLE accepted (
  minute         INTEGER NOT NULL,
  integration_id TEXT NOT NULL,
  messages       INTEGER NOT NULL,
  PRIMARY KEY (minute, integration_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  mt_id    TEXT NOT NULL,
  number   INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome  TEXT,
  detail   TEXT,
  PRIMARY KEY (mt_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE supplier_ids (
  integration_id TEXT NOT NULL,
  supplier_id    TEXT NOT NULL,
  mt_id          TEXT NOT NULL,
  attempt        INTEGER NOT NULL,
  PRIMARY KEY (integration_id, supplier_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX supplier_ids_of ON supplier_ids (mt_id);

-- Reports that overtook what would tell whose they are. The same report twice is kept once.
CREATE TABLE parked_dlrs (
  integration_id TEXT NOT NULL,
  supplier_id    TEXT NOT NULL,
  status         TEXT NOT NULL,
  dlr            TEXT NOT NULL, -- JSON of RecordedDlr
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, supplier_id, status)
) STRICT, WITHOUT ROWID;

CREATE INDEX parked_dlrs_at ON parked_dlrs (at);

-- Which MOs came, so that none comes twice. What they say is in their event.
CREATE TABLE mos (
  integration_id TEXT NOT NULL,
  supplier_id    TEXT NOT NULL,
  id             TEXT NOT NULL,
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, supplier_id)
) STRICT, WITHOUT ROWID;

-- When each person last wrote to each integration.
CREATE TABLE windows (
  integration_id TEXT NOT NULL,
  person         TEXT NOT NULL,
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, person)
) STRICT, WITHOUT ROWID;

-- Numbers for people whose supplier shows no number.
CREATE TABLE aliases (
  user_id TEXT NOT NULL PRIMARY KEY,
  digits  TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- What an endpoint is to be told. Nothing is deleted, so the sequence of a lane has no gap.
CREATE TABLE events (
  lane             TEXT NOT NULL, -- 'callback:<integration>:<endpoint>'
  sequence         INTEGER NOT NULL,
  id               TEXT NOT NULL,
  message_id       TEXT NOT NULL,
  event            TEXT NOT NULL, -- JSON of CallbackEvent
  created_at       INTEGER NOT NULL,
  state            TEXT NOT NULL,
  due_at           INTEGER,
  attempts         INTEGER NOT NULL DEFAULT 0,
  last_at          INTEGER,
  last_http_status INTEGER,
  last_error       TEXT,
  PRIMARY KEY (lane, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_waiting ON events (lane, due_at, sequence) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_of ON events (message_id);

CREATE TABLE endpoints (
  lane          TEXT NOT NULL PRIMARY KEY,
  last_sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Leases. leased_until is real time, the only one here that is.
CREATE TABLE lanes (
  lane         TEXT NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL,
  node         TEXT,
  fence        INTEGER NOT NULL,
  leased_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answers to requests that carried an idempotency key.
CREATE TABLE answers (
  integration_id TEXT NOT NULL,
  key            TEXT NOT NULL,
  request_hash   TEXT NOT NULL,
  status         INTEGER NOT NULL,
  body           TEXT NOT NULL,
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_at ON answers (at);

CREATE TABLE account (
  only    INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  account TEXT NOT NULL -- JSON of Account
) STRICT;

CREATE TABLE integrations (
  id          TEXT NOT NULL PRIMARY KEY,
  integration TEXT NOT NULL -- JSON of Integration
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  id             TEXT NOT NULL PRIMARY KEY,
  integration_id TEXT NOT NULL,
  generation     TEXT NOT NULL,
  hash           TEXT NOT NULL UNIQUE,
  created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pins (
  integration_id TEXT NOT NULL,
  number         TEXT NOT NULL,
  outcome        TEXT,
  PRIMARY KEY (integration_id, number)
) STRICT, WITHOUT ROWID;

-- Written to find out whether writing works.
CREATE TABLE probes (
  only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  at   INTEGER NOT NULL
) STRICT;
