-- Step: moving the tokens
-- The rows lie in the order of ids, and each has its number in that order: so an index needs 3 bytes for a token and has
-- its rows in that order too. A look-up by digest goes through an index.
ALTER TABLE token RENAME TO token_before;

CREATE TABLE token (
  seq          INTEGER PRIMARY KEY,
  digest       BLOB NOT NULL CHECK (length(digest) = 32),
  id           TEXT NOT NULL,
  access       TEXT NOT NULL CHECK (access IN ('read', 'write')),
  description  TEXT,
  hint         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  created_by   TEXT,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER,
  -- Null: for Publisher's own API. Otherwise a JSON array of the services that a token is for.
  audiences    TEXT CHECK (json_type(audiences) = 'array'),
  -- The token that took this one's place.
  replaced_by  TEXT,
  -- 1: the token may verify and introspect tokens for its audiences, and do nothing else.
  verifies     INTEGER NOT NULL DEFAULT 0 CHECK (verifies IN (0, 1)),
  -- When and from which address the secret was last shown after the token was revoked or replaced.
  reused_at    INTEGER,
  reused_from  TEXT
) STRICT;

INSERT INTO token (digest, id, access, description, hint, created_at, created_by, expires_at, revoked_at, last_used_at,
  audiences, replaced_by, verifies, reused_at, reused_from)
SELECT digest, id, access, description, hint, created_at, created_by, expires_at, revoked_at, last_used_at,
  audiences, replaced_by, verifies, reused_at, reused_from
FROM token_before INDEXED BY sqlite_autoindex_token_before_2 ORDER BY id;

DROP TABLE token_before;

-- Step: making the index of secrets
CREATE UNIQUE INDEX token_digest ON token (digest);

-- Step: making the indexes of ids and times
CREATE UNIQUE INDEX token_id ON token (id);

-- A list reads an index in its order. With revoked_at and expires_at in the index, it passes over tokens of another
-- status without a look at their rows.
CREATE INDEX token_not_revoked ON token (seq, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX token_created_at ON token (created_at, seq, revoked_at, expires_at);
CREATE INDEX token_expires_at ON token (expires_at, seq, revoked_at) WHERE expires_at IS NOT NULL;
CREATE INDEX token_revoked_at ON token (revoked_at, seq, expires_at) WHERE revoked_at IS NOT NULL;

-- Step: making the indexes of last uses and access
CREATE INDEX token_last_used_at ON token (last_used_at, seq, revoked_at, expires_at);
CREATE INDEX token_access ON token (access, seq, revoked_at, expires_at);

-- Step: making the index of descriptions
-- A search reads it from end to end: so it has the id too.
CREATE INDEX token_description ON token (description, seq, revoked_at, expires_at, id);

-- Step: making the index of creators
CREATE INDEX token_created_by ON token (created_by) WHERE created_by IS NOT NULL;

CREATE INDEX token_replaced_by ON token (replaced_by, seq, revoked_at, expires_at) WHERE replaced_by IS NOT NULL;
CREATE INDEX token_reused_at ON token (reused_at, seq, revoked_at, expires_at) WHERE reused_at IS NOT NULL;
CREATE INDEX token_verifies ON token (verifies) WHERE verifies = 1;

-- Step: counting the tokens
-- The audiences of each token, once more, in an order that finds the tokens of an audience.
CREATE TABLE token_audience (
  audience TEXT NOT NULL,
  token    INTEGER NOT NULL,
  PRIMARY KEY (audience, token)
) STRICT, WITHOUT ROWID;

INSERT INTO token_audience (audience, token)
SELECT DISTINCT value, seq FROM token, json_each(token.audiences) ORDER BY 1, 2;

-- How many tokens there are of each kind: a summary adds up a few rows. Days are since 1970 in UTC; -1 is none. The day
-- of a revoked token is -1: its expiry ends nothing.
CREATE TABLE token_count (
  is_revoked INTEGER NOT NULL CHECK (is_revoked IN (0, 1)),
  access     TEXT NOT NULL,
  is_used    INTEGER NOT NULL CHECK (is_used IN (0, 1)),
  expiry_day INTEGER NOT NULL,
  tokens     INTEGER NOT NULL,
  PRIMARY KEY (is_revoked, access, is_used, expiry_day)
) STRICT, WITHOUT ROWID;

INSERT INTO token_count (is_revoked, access, is_used, expiry_day, tokens)
SELECT revoked_at IS NOT NULL, access, last_used_at IS NOT NULL,
  iif(revoked_at IS NULL, coalesce(expires_at / 86400, -1), -1), count(*)
FROM token GROUP BY 1, 2, 3, 4;

CREATE TRIGGER token_is_counted AFTER INSERT ON token
BEGIN
  INSERT INTO token_count (is_revoked, access, is_used, expiry_day, tokens)
  VALUES (NEW.revoked_at IS NOT NULL, NEW.access, NEW.last_used_at IS NOT NULL,
    iif(NEW.revoked_at IS NULL, coalesce(NEW.expires_at / 86400, -1), -1), 1)
  ON CONFLICT DO UPDATE SET tokens = tokens + 1;
END;

CREATE TRIGGER token_is_counted_anew AFTER UPDATE OF revoked_at, expires_at, last_used_at ON token
WHEN (OLD.revoked_at IS NULL) IS NOT (NEW.revoked_at IS NULL)
  OR (OLD.last_used_at IS NULL) IS NOT (NEW.last_used_at IS NULL)
  OR (OLD.expires_at / 86400) IS NOT (NEW.expires_at / 86400)
BEGIN
  UPDATE token_count SET tokens = tokens - 1
  WHERE is_revoked = (OLD.revoked_at IS NOT NULL) AND access = OLD.access AND is_used = (OLD.last_used_at IS NOT NULL)
    AND expiry_day = iif(OLD.revoked_at IS NULL, coalesce(OLD.expires_at / 86400, -1), -1);
  INSERT INTO token_count (is_revoked, access, is_used, expiry_day, tokens)
  VALUES (NEW.revoked_at IS NOT NULL, NEW.access, NEW.last_used_at IS NOT NULL,
    iif(NEW.revoked_at IS NULL, coalesce(NEW.expires_at / 86400, -1), -1), 1)
  ON CONFLICT DO UPDATE SET tokens = tokens + 1;
END;

CREATE TRIGGER token_has_audiences AFTER INSERT ON token
WHEN NEW.audiences IS NOT NULL
BEGIN
  INSERT INTO token_audience (audience, token) SELECT DISTINCT value, NEW.seq FROM json_each(NEW.audiences);
END;

-- A revocation is final, also for other programs that write to this file.
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
WHEN EXISTS (SELECT 1 FROM token WHERE digest = NEW.digest OR id = NEW.id OR seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'a token is never replaced');
END;

-- Lists go by seq for the order of ids.
CREATE TRIGGER token_comes_last AFTER INSERT ON token
WHEN NEW.id <> (SELECT max(id) FROM token) OR NEW.seq <> (SELECT max(seq) FROM token)
BEGIN
  SELECT RAISE(ABORT, 'the id of a token comes after all others');
END;

CREATE TRIGGER token_keeps_its_secret BEFORE UPDATE ON token
WHEN NEW.digest IS NOT OLD.digest OR NEW.id IS NOT OLD.id OR NEW.seq IS NOT OLD.seq
BEGIN
  SELECT RAISE(ABORT, 'a token keeps its id and its secret');
END;

-- The purpose of a token is set once, when it is created.
CREATE TRIGGER token_keeps_its_purpose BEFORE UPDATE ON token
WHEN NEW.access IS NOT OLD.access OR NEW.audiences IS NOT OLD.audiences
BEGIN
  SELECT RAISE(ABORT, 'a token keeps its access and its audiences');
END;

CREATE TRIGGER token_is_replaced_once BEFORE UPDATE ON token
WHEN OLD.replaced_by IS NOT NULL AND NEW.replaced_by IS NOT OLD.replaced_by
BEGIN
  SELECT RAISE(ABORT, 'a token is replaced once');
END;

CREATE TRIGGER token_keeps_its_role BEFORE UPDATE ON token
WHEN NEW.verifies IS NOT OLD.verifies OR NEW.created_by IS NOT OLD.created_by
BEGIN
  SELECT RAISE(ABORT, 'a token keeps its role and its creator');
END;
