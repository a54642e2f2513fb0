-- 1 as long as a process may have this store open. Changes can be in the -wal file alone then, so that this file
-- without its -wal file is a part of a store.
CREATE TABLE store_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  in_use   INTEGER NOT NULL CHECK (in_use IN (0, 1))
) STRICT;

INSERT INTO store_state (only_row, in_use) VALUES (1, 0);

-- Each time that a backup took the place of the store. Such a store has its own past, and that of no other.
CREATE TABLE restoration (
  at         INTEGER NOT NULL,
  -- The last audit event that the backup had.
  last_event TEXT,
  -- How many tokens of the backup had been ended since, as was known then.
  ended      INTEGER NOT NULL,
  -- 1: every token that had been ended since was known.
  complete   INTEGER NOT NULL CHECK (complete IN (0, 1))
) STRICT;

CREATE TRIGGER restoration_stays BEFORE DELETE ON restoration
BEGIN
  SELECT RAISE(ABORT, 'a restoration is never deleted');
END;

CREATE TRIGGER restoration_stays_as_it_was BEFORE UPDATE ON restoration
BEGIN
  SELECT RAISE(ABORT, 'a restoration never changes');
END;
