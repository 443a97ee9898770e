-- What the supplier said last of a message that waits to be sent again: what it ends in should its time run out.
ALTER TABLE mts ADD COLUMN fault TEXT;
