-- What every node has to see, in its order; the oldest are forgotten.
CREATE TABLE settings_changes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  change TEXT NOT NULL -- JSON of SettingsChange
) STRICT;
