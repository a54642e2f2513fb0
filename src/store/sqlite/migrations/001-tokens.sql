-- Looked up by digest on every request: so the digest is the primary key and the row lies beside it.
CREATE TABLE token (
  digest       BLOB PRIMARY KEY CHECK (length(digest) = 32),
  id           TEXT NOT NULL UNIQUE,
  access       TEXT NOT NULL CHECK (access IN ('read', 'write')),
  description  TEXT,
  hint         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  created_by   TEXT,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_not_revoked ON token (id) WHERE revoked_at IS NULL;

-- A revocation is final, whoever writes to this file.
CREATE TRIGGER token_stays_revoked BEFORE UPDATE ON token
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
BEGIN
  SELECT RAISE(ABORT, 'a revoked token stays revoked');
END;

CREATE TRIGGER token_stays BEFORE DELETE ON token
BEGIN
  SELECT RAISE(ABORT, 'a token is never deleted');
END;

-- REPLACE deletes without the trigger above, and a secret must not come to another row.
CREATE TRIGGER token_keeps_its_place BEFORE INSERT ON token
WHEN EXISTS (SELECT 1 FROM token WHERE digest = NEW.digest OR id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'a token is never replaced');
END;

CREATE TRIGGER token_keeps_its_secret BEFORE UPDATE ON token
WHEN NEW.digest IS NOT OLD.digest OR NEW.id IS NOT OLD.id
BEGIN
  SELECT RAISE(ABORT, 'a token keeps its id and its secret');
END;

CREATE TABLE audit_event (
  id       TEXT PRIMARY KEY,
  at       INTEGER NOT NULL,
  action   TEXT NOT NULL,
  actor    TEXT,
  target   TEXT NOT NULL,
  trace_id TEXT,
  ip       TEXT,
  changes  TEXT NOT NULL CHECK (json_valid(changes))
) STRICT, WITHOUT ROWID;

-- Seals the cursors of lists, so that they survive a restart.
CREATE TABLE cursor_key (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  key      BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

INSERT INTO cursor_key (only_row, key) VALUES (1, randomblob(32));
