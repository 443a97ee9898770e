-- When the first attempt of an event's present schedule was made: the schedule is reckoned from it.
ALTER TABLE events ADD COLUMN first_at INTEGER;
UPDATE events SET first_at = created_at WHERE attempts > 0 AND due_at IS NOT NULL;
