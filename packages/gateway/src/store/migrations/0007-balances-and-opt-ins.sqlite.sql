-- What a message costs, in millionths of its integration's currency, and what became of that: 'reserved', 'begun' (still
-- reserved, and its turn to be sent has come), 'charged', 'released'. Both null: nothing is charged for it.
ALTER TABLE mts ADD COLUMN price INTEGER;
ALTER TABLE mts ADD COLUMN charge TEXT;

-- One row per integration that ever had an amount or reserved something. It outlives the integration, as messages do.
CREATE TABLE balances (
  integration_id TEXT NOT NULL PRIMARY KEY,
  amount         INTEGER,          -- what there is, reserved or not; null: nothing is charged
  reserved       INTEGER NOT NULL, -- by messages that were accepted and are not sent yet
  begun          INTEGER NOT NULL  -- the part of it that is of messages whose turn has come
) STRICT, WITHOUT ROWID;

INSERT INTO balances (integration_id, amount, reserved, begun)
  SELECT id, CAST(round(json_extract(integration, '$.balance.amount') * 1000000) AS INTEGER), 0, 0 FROM integrations
  WHERE json_type(integration, '$.balance.amount') IN ('integer', 'real');

-- Who agreed to messages of an integration.
CREATE TABLE opt_ins (
  integration_id TEXT NOT NULL,
  msisdn         TEXT NOT NULL,
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, msisdn)
) STRICT, WITHOUT ROWID;

-- Settings that integrations stored before this do not have.
UPDATE integrations SET integration = json_set(integration,
  '$.requireOptIn', json('false'), '$.refuseOutsideWindow', json('false'));
