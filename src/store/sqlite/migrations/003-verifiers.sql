-- 1: the token may verify and introspect tokens for its audiences, and do nothing else.
ALTER TABLE token ADD COLUMN verifies INTEGER NOT NULL DEFAULT 0 CHECK (verifies IN (0, 1));

-- When and from which address the secret was last shown after the token was revoked or replaced.
ALTER TABLE token ADD COLUMN reused_at INTEGER;
ALTER TABLE token ADD COLUMN reused_from TEXT;

CREATE TRIGGER token_keeps_its_role BEFORE UPDATE ON token
WHEN NEW.verifies IS NOT OLD.verifies OR NEW.created_by IS NOT OLD.created_by
BEGIN
  SELECT RAISE(ABORT, 'a token keeps its role and its creator');
END;

-- Finds the tokens that a token created.
CREATE INDEX token_creator ON token (created_by, id) WHERE created_by IS NOT NULL;

-- Finds the few tokens whose dead secret was shown.
CREATE INDEX token_reused ON token (reused_at) WHERE reused_at IS NOT NULL;

-- Publisher's own id of the request; trace_id can be the caller's choice.
ALTER TABLE audit_event ADD COLUMN request_id TEXT;
