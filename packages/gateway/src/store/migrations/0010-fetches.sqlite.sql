-- MOs whose file is still at the supplier. Each waits in its integration's lane, and becomes an event when the file is here.
CREATE TABLE fetches (
  mo_id          TEXT NOT NULL PRIMARY KEY,
  lane           TEXT NOT NULL, -- 'fetch:<integration>'
  mo             TEXT NOT NULL, -- JSON of Mo, with from
  due_at         INTEGER NOT NULL,
  attempts       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX fetches_waiting ON fetches (lane, due_at, mo_id);

-- Settings that integrations stored before this do not have.
UPDATE integrations SET integration =
  json_set(integration, '$.callbacks.inlineMedia', json('false'), '$.callbacks.misspeltLatitude', json('false'),
    '$.words', json('{"stop":{},"start":{}}'))
  WHERE json_type(integration, '$.callbacks') = 'object'
    AND json_type(integration, '$.callbacks.inlineMedia') IS NULL;
