-- A store of schema 5, with a token in every state. Frozen: later versions must still read such a file.
PRAGMA application_id = 1349870188;
PRAGMA user_version = 5;

CREATE TABLE audit_event (
  id       TEXT PRIMARY KEY,
  at       INTEGER NOT NULL,
  action   TEXT NOT NULL,
  actor    TEXT,
  target   TEXT NOT NULL,
  trace_id TEXT,
  ip       TEXT,
  changes  TEXT NOT NULL CHECK (json_valid(changes))
, request_id TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE cursor_key (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  key      BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

CREATE INDEX audit_event_target ON audit_event (target, id);

CREATE INDEX audit_event_actor ON audit_event (actor, id);

CREATE TABLE token_use (
  bucket   TEXT NOT NULL CHECK (bucket IN ('hour', 'day')),
  token    TEXT NOT NULL,
  start    INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  refused  INTEGER NOT NULL,
  PRIMARY KEY (bucket, start, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE store_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  in_use   INTEGER NOT NULL CHECK (in_use IN (0, 1))
) STRICT;

CREATE TABLE restoration (
  at         INTEGER NOT NULL,
  -- The last audit event that the backup had.
  last_event TEXT,
  -- How many tokens of the backup had been ended since, as was known then.
  ended      INTEGER NOT NULL,
  -- 1: every token that had been ended since was known.
  complete   INTEGER NOT NULL CHECK (complete IN (0, 1))
) STRICT;

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

CREATE UNIQUE INDEX token_digest ON token (digest);

CREATE UNIQUE INDEX token_id ON token (id);

CREATE INDEX token_not_revoked ON token (seq, expires_at) WHERE revoked_at IS NULL;

CREATE INDEX token_created_at ON token (created_at, seq, revoked_at, expires_at);

CREATE INDEX token_expires_at ON token (expires_at, seq, revoked_at) WHERE expires_at IS NOT NULL;

CREATE INDEX token_revoked_at ON token (revoked_at, seq, expires_at) WHERE revoked_at IS NOT NULL;

CREATE INDEX token_last_used_at ON token (last_used_at, seq, revoked_at, expires_at);

CREATE INDEX token_access ON token (access, seq, revoked_at, expires_at);

CREATE INDEX token_description ON token (description, seq, revoked_at, expires_at, id);

CREATE INDEX token_created_by ON token (created_by) WHERE created_by IS NOT NULL;

CREATE INDEX token_replaced_by ON token (replaced_by, seq, revoked_at, expires_at) WHERE replaced_by IS NOT NULL;

CREATE INDEX token_reused_at ON token (reused_at, seq, revoked_at, expires_at) WHERE reused_at IS NOT NULL;

CREATE INDEX token_verifies ON token (verifies) WHERE verifies = 1;

CREATE TABLE token_audience (
  audience TEXT NOT NULL,
  token    INTEGER NOT NULL,
  PRIMARY KEY (audience, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_count (
  is_revoked INTEGER NOT NULL CHECK (is_revoked IN (0, 1)),
  access     TEXT NOT NULL,
  is_used    INTEGER NOT NULL CHECK (is_used IN (0, 1)),
  expiry_day INTEGER NOT NULL,
  tokens     INTEGER NOT NULL,
  PRIMARY KEY (is_revoked, access, is_used, expiry_day)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_event VALUES
  ('aevt_0VLID98K00000000000000', 1780315200, 'api-token.create', NULL, 'atok_0VLID98K00000000000000', NULL, NULL, '{"access":"write","description":"First token","expires_at":null}', NULL),
  ('aevt_0VLID9OS00000000000000', 1780315201, 'api-token.create', 'atok_0VLID98K00000000000000', 'atok_0VLID9OS00000000000000', '4bf92f3577b34da6a3ce929d0e0e4736', '192.0.2.1', '{"access":"read","description":"né \"東京\" 😀","expires_at":1780401601}', '9c1de5a4f0b2477d8a6e3b5c7f901234'),
  ('aevt_0VLID9ea00000000000000', 1780315202, 'api-token.create', NULL, 'atok_0VLID9ea00000000000000', NULL, NULL, '{"access":"read","description":null,"expires_at":253402300799}', NULL),
  ('aevt_0VLID9ui00000000000000', 1780315203, 'api-token.revoke', 'atok_0VLID98K00000000000000', 'atok_0VLID9ea00000000000000', '4bf92f3577b34da6a3ce929d0e0e4737', '2001:db8::1', '{"revoked_at":1780315203}', NULL),
  ('aevt_0VLIDAAq00000000000000', 1780315204, 'api-token.create', NULL, 'atok_0VLIDAAq00000000000000', NULL, NULL, '{"access":"read","audiences":["git"],"description":"Replaced","expires_at":null,"replaces":"atok_0VLID9ui00000000000000"}', NULL),
  ('aevt_0VLIDAAr00000000000000', 1780315204, 'api-token.rotate', NULL, 'atok_0VLID9ui00000000000000', NULL, NULL, '{"replaced_by":"atok_0VLIDAAq00000000000000","expires_at":1780401603}', NULL);

INSERT INTO cursor_key VALUES
  (1, x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');

INSERT INTO token_use VALUES
  ('day', '', 1780272000, 3, 1),
  ('day', 'atok_0VLID98K00000000000000', 1780272000, 3, 1),
  ('hour', '', 1780315200, 3, 1),
  ('hour', 'atok_0VLID98K00000000000000', 1780315200, 3, 1);

INSERT INTO store_state VALUES
  (1, 0);

INSERT INTO restoration VALUES
  (1780315200, 'aevt_0VLID98K00000000000000', 1, 0);

INSERT INTO token VALUES
  (1, x'4c61d8e42e9439459da32707051828b548129a1b9d23135fa171c73d4db8b247', 'atok_0VLID98K00000000000000', 'write', 'First token', 'xh1Z', 1780315200, NULL, NULL, NULL, 1780315300, NULL, NULL, 0, NULL, NULL),
  (2, x'fc000b710814be083a7ed8b3c9239b1838c04124d70ebca58b718100c9e37f84', 'atok_0VLID9OS00000000000000', 'read', 'né "東京" 😀', '47sr', 1780315201, 'atok_0VLID98K00000000000000', 1780401601, NULL, NULL, '["wiki","files"]', NULL, 0, NULL, NULL),
  (3, x'0a667d1dbc48302b8dfcadffec9cd83b47bffe4ff6e4028d38675ce0caf3bc38', 'atok_0VLID9ea00000000000000', 'read', NULL, '6EQX', 1780315202, NULL, 253402300799, 1780315203, NULL, NULL, NULL, 0, 1780315300, '2001:db8::1'),
  (4, x'0f7ae2302761b616df7b69c42c5aeffa2ea51b2bd7472789909602d641599dd9', 'atok_0VLID9ui00000000000000', 'read', 'Replaced', 'NlqU', 1780315203, NULL, 1780401603, NULL, 1780315204, '["git"]', 'atok_0VLIDAAq00000000000000', 0, NULL, NULL),
  (5, x'772216f065b1aecabbad73f8bddb7e910eb3b33fe63424b857a03ae2f7081550', 'atok_0VLIDAAq00000000000000', 'read', 'Replaced', 'JsCP', 1780315204, NULL, NULL, NULL, NULL, '["git"]', NULL, 1, NULL, NULL);

INSERT INTO token_audience VALUES
  ('files', 2),
  ('git', 4),
  ('git', 5),
  ('wiki', 2);

INSERT INTO token_count VALUES
  (0, 'read', 0, -1, 1),
  (0, 'read', 0, 20606, 1),
  (0, 'read', 1, 20606, 1),
  (0, 'write', 1, -1, 1),
  (1, 'read', 0, -1, 1);

CREATE TRIGGER audit_event_stays BEFORE DELETE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'an audit event is never deleted');
END;

CREATE TRIGGER audit_event_stays_as_it_was BEFORE UPDATE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'an audit event never changes');
END;

CREATE TRIGGER audit_event_keeps_its_place BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'an audit event is never replaced');
END;

CREATE TRIGGER restoration_stays BEFORE DELETE ON restoration
BEGIN
  SELECT RAISE(ABORT, 'a restoration is never deleted');
END;

CREATE TRIGGER restoration_stays_as_it_was BEFORE UPDATE ON restoration
BEGIN
  SELECT RAISE(ABORT, 'a restoration never changes');
END;

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

CREATE TRIGGER token_stays_revoked BEFORE UPDATE ON token
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
BEGIN
  SELECT RAISE(ABORT, 'a revoked token stays revoked');
END;

CREATE TRIGGER token_stays BEFORE DELETE ON token
BEGIN
  SELECT RAISE(ABORT, 'a token is never deleted');
END;

CREATE TRIGGER token_keeps_its_place BEFORE INSERT ON token
WHEN EXISTS (SELECT 1 FROM token WHERE digest = NEW.digest OR id = NEW.id OR seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'a token is never replaced');
END;

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
