-- What the migrations of SQLite made up to this number. Times are milliseconds since 1970. Ids are UUIDs that begin with
-- their time and ascend, so the tables of history are cut into weeks by them: a week is dropped as a whole, and the indexes
-- that a message touches are a week long, however long the history is. Texts that are looked up are compared by their
-- bytes. JSON is text, as it came: jsonb takes no \u0000.
--
-- What grows with the messages is keyed by the integration first: what one integration asks for touches its own part
-- only, and the tables can be spread over servers by it.

-- MTs: the message is its own place in its lane. It waits (due_at), is under way, or neither: then nothing is left to do.
CREATE TABLE mts (
  integration_id    TEXT COLLATE "C" NOT NULL,
  id                UUID NOT NULL,
  lane              TEXT COLLATE "C" NOT NULL, -- '<channel>:<sender>'
  recipient         TEXT NOT NULL,
  content           TEXT NOT NULL, -- JSON of Content
  client_message_id TEXT,
  generation        TEXT NOT NULL,
  priority          SMALLINT NOT NULL,
  accepted_at       BIGINT NOT NULL,
  due_at            BIGINT,
  expires_at        BIGINT NOT NULL,
  conversation      TEXT COLLATE "C",
  status            TEXT NOT NULL,
  status_at         BIGINT NOT NULL,
  on_uncertain      TEXT NOT NULL,
  uncertain_wait_ms BIGINT NOT NULL,
  encryption_key    TEXT,
  attempts          INTEGER NOT NULL DEFAULT 0,
  under_way         SMALLINT NOT NULL DEFAULT 0,
  uncertain         SMALLINT NOT NULL DEFAULT 0,
  price             BIGINT, -- in millionths of the integration's currency
  charge            TEXT,   -- 'reserved', 'begun' (still reserved, and its turn has come), 'charged', 'released'
  fault             TEXT,   -- what it ends in should its time run out, as the supplier said it last
  PRIMARY KEY (integration_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX mts_waiting ON mts (integration_id, lane, priority, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX mts_under_way ON mts (integration_id, lane) WHERE under_way = 1;
-- Only integrations that want order fill conversation.
CREATE INDEX mts_ordered ON mts (integration_id, lane, conversation, id)
  WHERE conversation IS NOT NULL AND (due_at IS NOT NULL OR under_way = 1);

-- Whose messages are in a sender's lane: those of its integration, and of one that had the number before. One row for each
-- number that an integration ever sent from.
CREATE TABLE senders (
  integration_id TEXT COLLATE "C" NOT NULL,
  lane           TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (integration_id, lane)
);

CREATE INDEX senders_lane ON senders (lane, integration_id);

CREATE TABLE attempts (
  integration_id TEXT COLLATE "C" NOT NULL,
  mt_id          UUID NOT NULL,
  number         INTEGER NOT NULL,
  began_at       BIGINT NOT NULL,
  ended_at       BIGINT,
  outcome        TEXT,
  detail         TEXT,
  PRIMARY KEY (integration_id, mt_id, number)
) PARTITION BY RANGE (mt_id);

CREATE TABLE supplier_ids (
  integration_id TEXT COLLATE "C" NOT NULL,
  supplier_id    TEXT COLLATE "C" NOT NULL,
  mt_id          UUID NOT NULL,
  attempt        INTEGER NOT NULL,
  PRIMARY KEY (integration_id, supplier_id, mt_id)
) PARTITION BY RANGE (mt_id);

-- For the life of one message alone. To the planner all indexes of a week that it takes for empty are as good, so what every
-- message is written by has only one to choose: the others are of statements that say what is always so.
CREATE INDEX supplier_ids_of ON supplier_ids (integration_id, mt_id) WHERE attempt >= 0;

-- What an endpoint is to be told. The row of the endpoint counts them, so the sequence of a lane has no gap. The lane is
-- 'callback:<integration>:<endpoint>'.
CREATE TABLE events (
  integration_id   TEXT COLLATE "C" NOT NULL,
  endpoint         TEXT COLLATE "C" NOT NULL,
  sequence         BIGINT NOT NULL,
  id               UUID NOT NULL,
  message_id       UUID NOT NULL,
  event            TEXT NOT NULL, -- JSON of CallbackEvent
  created_at       BIGINT NOT NULL,
  state            TEXT NOT NULL,
  due_at           BIGINT,
  attempts         INTEGER NOT NULL DEFAULT 0,
  first_at         BIGINT, -- when the first attempt of its present schedule was made
  last_at          BIGINT,
  last_http_status INTEGER,
  last_error       TEXT,
  PRIMARY KEY (integration_id, endpoint, sequence, id)
) PARTITION BY RANGE (id);

CREATE INDEX events_waiting ON events (integration_id, endpoint, due_at, sequence) WHERE due_at IS NOT NULL;
-- Likewise, for searches and for the life of one message.
CREATE INDEX events_id ON events (integration_id, id) WHERE sequence >= 0;
CREATE INDEX events_of ON events (integration_id, message_id) WHERE sequence >= 0;
-- What resuming starts anew. An event that is taken at its first attempt is never in it.
CREATE INDEX events_tried ON events (integration_id, endpoint, sequence) WHERE due_at IS NOT NULL AND attempts > 0;

-- Ids of no week that there is: made before the weeks, or by a clock that is far off.
CREATE TABLE mts_other PARTITION OF mts DEFAULT WITH (fillfactor = 70);
CREATE TABLE attempts_other PARTITION OF attempts DEFAULT WITH (fillfactor = 70);
CREATE TABLE supplier_ids_other PARTITION OF supplier_ids DEFAULT;
CREATE TABLE events_other PARTITION OF events DEFAULT WITH (fillfactor = 70);

-- Counted by the minute, so that limits need not read a month of messages at the start. Each process counts in a row of
-- its own, so that none waits for another's commit.
CREATE TABLE accepted (
  integration_id TEXT COLLATE "C" NOT NULL,
  minute         BIGINT NOT NULL,
  process        TEXT NOT NULL,
  messages       BIGINT NOT NULL,
  PRIMARY KEY (integration_id, minute, process)
) WITH (fillfactor = 70);

-- Reports that overtook what would tell whose they are. The same report twice is kept once.
CREATE TABLE parked_dlrs (
  integration_id TEXT COLLATE "C" NOT NULL,
  supplier_id    TEXT COLLATE "C" NOT NULL,
  status         TEXT NOT NULL,
  dlr            TEXT NOT NULL, -- JSON of RecordedDlr
  at             BIGINT NOT NULL,
  PRIMARY KEY (integration_id, supplier_id, status)
);

CREATE INDEX parked_dlrs_at ON parked_dlrs (integration_id, at);

-- Which MOs came, so that none comes twice. What they say is in their event.
CREATE TABLE mos (
  integration_id TEXT COLLATE "C" NOT NULL,
  supplier_id    TEXT COLLATE "C" NOT NULL,
  id             UUID NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (integration_id, supplier_id)
);

CREATE INDEX mos_at ON mos (integration_id, at);

-- When each person last wrote to each integration. Whoever did has agreed to be answered, however long ago: it stays.
CREATE TABLE windows (
  integration_id TEXT COLLATE "C" NOT NULL,
  person         TEXT COLLATE "C" NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (integration_id, person)
) WITH (fillfactor = 70);

CREATE INDEX windows_at ON windows (integration_id, at);

-- Numbers for people whose supplier shows no number. Businesses keep them: they stay.
CREATE TABLE aliases (
  user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  digits  TEXT COLLATE "C" NOT NULL UNIQUE
);

-- MOs whose file is still at the supplier. Each waits in its integration's lane, 'fetch:<integration>', and becomes an
-- event when the file is here.
CREATE TABLE fetches (
  integration_id TEXT COLLATE "C" NOT NULL,
  mo_id          UUID NOT NULL,
  mo             TEXT NOT NULL, -- JSON of Mo, with from
  due_at         BIGINT NOT NULL,
  attempts       INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (integration_id, mo_id)
);

CREATE INDEX fetches_waiting ON fetches (integration_id, due_at, mo_id);

CREATE TABLE endpoints (
  integration_id TEXT COLLATE "C" NOT NULL,
  endpoint       TEXT COLLATE "C" NOT NULL,
  last_sequence  BIGINT NOT NULL,
  failing_since  BIGINT, -- its first failure since it last took an event
  paused_at      BIGINT, -- while it is paused, nothing of its lane is due
  shadowed       SMALLINT NOT NULL DEFAULT 0, -- what it is told its shadow is told too
  PRIMARY KEY (integration_id, endpoint)
) WITH (fillfactor = 50);

-- Leases. One row for each sender and endpoint, however much is sent; a sender's stays what it is when the number goes to
-- another integration. leased_until is the database's real time, the only one here that is.
CREATE TABLE lanes (
  lane         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL,
  node         TEXT,
  fence        BIGINT NOT NULL,
  leased_until BIGINT NOT NULL
) WITH (fillfactor = 50);

-- One row per integration that ever had an amount or reserved something. It outlives the integration, as messages do.
CREATE TABLE balances (
  integration_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  amount         BIGINT,          -- what there is, reserved or not; null: nothing is charged
  reserved       BIGINT NOT NULL, -- by messages that were accepted and are not sent yet
  begun          BIGINT NOT NULL  -- the part of it that is of messages whose turn has come
) WITH (fillfactor = 50);

-- Answers to requests that carried an idempotency key.
CREATE TABLE answers (
  integration_id TEXT COLLATE "C" NOT NULL,
  key            TEXT COLLATE "C" NOT NULL,
  request_hash   TEXT NOT NULL,
  status         INTEGER NOT NULL,
  body           TEXT NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (integration_id, key)
);

CREATE INDEX answers_at ON answers (integration_id, at);

-- What is known of files. Their bytes are in the media store.
CREATE TABLE files (
  id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  integration_id TEXT COLLATE "C" NOT NULL,
  expires_at     BIGINT NOT NULL,
  file           TEXT NOT NULL -- JSON of MediaFile
);

CREATE INDEX files_expiring ON files (expires_at, id);

-- What suppliers call files that they were given, by whose files they are there.
CREATE TABLE supplier_files (
  file_id     TEXT COLLATE "C" NOT NULL,
  sender      TEXT COLLATE "C" NOT NULL,
  supplier_id TEXT NOT NULL,
  expires_at  BIGINT NOT NULL,
  PRIMARY KEY (file_id, sender)
);

CREATE TABLE account (
  one     SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
  account TEXT NOT NULL -- JSON of Account
);

CREATE TABLE integrations (
  id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  integration TEXT NOT NULL -- JSON of Integration
);

CREATE TABLE keys (
  id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  integration_id TEXT COLLATE "C" NOT NULL,
  generation     TEXT NOT NULL,
  hash           TEXT NOT NULL UNIQUE,
  created_at     BIGINT NOT NULL
);

CREATE TABLE pins (
  integration_id TEXT COLLATE "C" NOT NULL,
  number         TEXT COLLATE "C" NOT NULL,
  outcome        TEXT,
  PRIMARY KEY (integration_id, number)
);

-- Who does not want messages of an integration, and who agreed to them.
CREATE TABLE opt_outs (
  integration_id TEXT COLLATE "C" NOT NULL,
  msisdn         TEXT COLLATE "C" NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (integration_id, msisdn)
);

CREATE TABLE opt_ins (LIKE opt_outs INCLUDING ALL);

-- The catalogue: what an integration may send, by name and language.
CREATE TABLE templates (
  integration_id TEXT COLLATE "C" NOT NULL,
  name           TEXT COLLATE "C" NOT NULL,
  language       TEXT COLLATE "C" NOT NULL,
  is_default     SMALLINT NOT NULL,
  template       TEXT NOT NULL, -- JSON of Template; is_default counts
  PRIMARY KEY (integration_id, name, language)
);

-- Wrapped keys that seal what is stored: one of the installation, whose owner is '', and one of each integration.
CREATE TABLE sealing_keys (
  owner   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  wrapped TEXT NOT NULL
);

-- How far the business clock is turned: what was due by it before a restart is due after it.
CREATE TABLE clock (
  one       SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
  offset_ms BIGINT NOT NULL
);

-- Who serves lanes of a kind, and until when that is sure. here_until is the database's real time.
CREATE TABLE nodes (
  kind       TEXT NOT NULL,
  node       TEXT NOT NULL,
  here_until BIGINT NOT NULL,
  PRIMARY KEY (kind, node)
) WITH (fillfactor = 50);

-- What every node has to see, in its order; the oldest are forgotten.
CREATE TABLE settings_changes (
  number BIGINT NOT NULL PRIMARY KEY,
  change TEXT NOT NULL -- JSON of SettingsChange
);

-- The number of the last change.
CREATE TABLE settings_version (
  one     SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
  version BIGINT NOT NULL
) WITH (fillfactor = 50);

INSERT INTO settings_version (one, version) VALUES (1, 0);

-- Written to find out whether writing works.
CREATE TABLE probes (
  one SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
  at   BIGINT NOT NULL
);
