import { readFileSync } from "node:fs";

/** The first token's secret as the operator gives it, and where. */
export interface GivenFirstToken {
  readonly variable: "PUBLISHER_FIRST_TOKEN" | "PUBLISHER_FIRST_TOKEN_FILE";
  readonly secret: string | null;
  /** Why there is no secret, in a sentence without its full stop; a store in use can do without. */
  readonly fault: string | null;
}

/** The first token in the environment; null where there is none. */
export function givenFirstToken(
  environment: Readonly<Record<string, string | undefined>>,
): GivenFirstToken | null {
  const secret = environment.PUBLISHER_FIRST_TOKEN || null;
  const path = environment.PUBLISHER_FIRST_TOKEN_FILE || null;
  if (secret !== null && path !== null) {
    const fault = "PUBLISHER_FIRST_TOKEN and PUBLISHER_FIRST_TOKEN_FILE are both set; set one of them";
    return { variable: "PUBLISHER_FIRST_TOKEN", secret: null, fault };
  }
  if (secret !== null) return { variable: "PUBLISHER_FIRST_TOKEN", secret, fault: null };
  return path === null ? null : firstTokenFrom(path);
}

function firstTokenFrom(path: string): GivenFirstToken {
  const variable = "PUBLISHER_FIRST_TOKEN_FILE";
  try {
    return { variable, secret: readFileSync(path, "utf8").trim(), fault: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { variable, secret: null, fault: `${variable} names a file that cannot be read: ${reason}` };
  }
}
