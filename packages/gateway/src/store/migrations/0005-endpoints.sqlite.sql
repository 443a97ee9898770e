-- When the first attempt of an event's present schedule was made: the schedule is reckoned from it.
ALTER TABLE events ADD COLUMN first_at INTEGER;
UPDATE events SET first_at = created_at WHERE attempts > 0 AND due_at IS NOT NULL;

-- An endpoint's first failure since it last took an event; while it is paused, nothing of its lane is due.
ALTER TABLE endpoints ADD COLUMN failing_since INTEGER;
ALTER TABLE endpoints ADD COLUMN paused_at INTEGER;

-- What resuming starts anew. An event that is taken at its first attempt is never in it.
CREATE INDEX events_tried ON events (lane, sequence) WHERE due_at IS NOT NULL AND attempts > 0;

-- Whether what this endpoint is told its shadow is told too, as the integration has it.
ALTER TABLE endpoints ADD COLUMN shadowed INTEGER NOT NULL DEFAULT 0;

UPDATE integrations SET integration = json_set(integration, '$.shadowCallbacks', json('null'))
  WHERE json_type(integration, '$.shadowCallbacks') IS NULL;
