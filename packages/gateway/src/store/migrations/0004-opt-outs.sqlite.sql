-- Who does not want messages of an integration.
CREATE TABLE opt_outs (
  integration_id TEXT NOT NULL,
  msisdn         TEXT NOT NULL,
  at             INTEGER NOT NULL,
  PRIMARY KEY (integration_id, msisdn)
) STRICT, WITHOUT ROWID;
