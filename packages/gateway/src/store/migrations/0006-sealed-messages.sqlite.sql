-- The wrapped key of a message whose content its client sealed.
ALTER TABLE mts ADD COLUMN encryption_key TEXT;
