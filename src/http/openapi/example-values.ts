import { SECRET_PREFIX } from "../../tokens/secret/secret-form.ts";

/** A secret's form, without being one: its checksum is wrong. */
export const SECRET = SECRET_PREFIX + "EXAMPLE".repeat(7);

/** The values in the examples of the document. The tokens exist nowhere. */
export const EXAMPLE = {
  id: "atok_0VYcpXZkq7Rw2mD9sLhT4a",
  auditEventId: "aevt_0VYcpXa1mN8kQe4RzTfW6b",
  creatorId: "atok_0VYcp0000fG5nB8vQxJ3Kz",
  description: "CI",
  audience: "wiki",
  createdAt: "2025-01-15T09:30:00Z",
  expiresAt: "2030-12-31T23:59:59Z",
  revokedAt: "2025-02-01T08:00:00Z",
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  requestId: "9c1de5a4f0b2477d8a6e3b5c7f901234",
} as const;
