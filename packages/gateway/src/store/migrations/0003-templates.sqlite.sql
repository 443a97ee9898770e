-- The catalogue: what an integration may send, by name and language.
CREATE TABLE templates (
  integration_id TEXT NOT NULL,
  name           TEXT NOT NULL,
  language       TEXT NOT NULL,
  is_default     INTEGER NOT NULL,
  template       TEXT NOT NULL, -- JSON of Template; is_default counts
  PRIMARY KEY (integration_id, name, language)
) STRICT, WITHOUT ROWID;

-- A setting that senders stored before this do not have.
UPDATE integrations SET integration = json_set(integration, '$.whatsapp.templatePolicy', 'strict')
  WHERE json_type(integration, '$.whatsapp') = 'object'
    AND json_type(integration, '$.whatsapp.templatePolicy') IS NULL;
