-- Null: for Publisher's own API. Otherwise a JSON array of the services that a token is for.
ALTER TABLE token ADD COLUMN audiences TEXT CHECK (json_type(audiences) = 'array');

-- The token that took this one's place.
ALTER TABLE token ADD COLUMN replaced_by TEXT;

-- What a token is for is said once, when it is created.
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

-- What was done to one token, and by one, in order.
CREATE INDEX audit_event_target ON audit_event (target, id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);

-- What was recorded stays as it was, whoever writes to this file.
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

-- How often tokens were used, by hour and by day of UTC; `start` is when that began, in seconds since 1970. The
-- rows of token '' are the sums over all tokens. In the order of time, so that what is counted now lies together and
-- costs few pages to write, and so does what is too old.
CREATE TABLE token_use (
  bucket   TEXT NOT NULL CHECK (bucket IN ('hour', 'day')),
  token    TEXT NOT NULL,
  start    INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  refused  INTEGER NOT NULL,
  PRIMARY KEY (bucket, start, token)
) STRICT, WITHOUT ROWID;
