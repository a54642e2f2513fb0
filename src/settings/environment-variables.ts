import { isServiceVariable } from "./kubernetes-variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every environment variable that is a setting. */
export const VARIABLES = [
  "PUBLISHER_HOST",
  "PUBLISHER_PORT",
  "PUBLISHER_LISTEN",
  "PUBLISHER_SOCKET_MODE",
  "PUBLISHER_DATA_DIR",
  "PUBLISHER_LOG_LEVEL",
  "PUBLISHER_PAGES",
  "PUBLISHER_TRUSTED_PROXIES",
  "PUBLISHER_REVOCATION_LOG",
  "PUBLISHER_FIRST_TOKEN",
  "PUBLISHER_FIRST_TOKEN_FILE",
];

/**
 * Deletes empty settings, and the variables that Kubernetes sets for its services: both count as not set. Commander reads
 * `process.env` itself, and takes an empty variable for a value.
 */
export function deleteUnsetVariables(): void {
  for (const [name, value = ""] of Object.entries(process.env)) {
    const isEmpty = value === "" && VARIABLES.includes(name);
    if (isEmpty || isServiceVariable(name, value)) delete process.env[name];
  }
}

/** A warning, without its full stop, for each variable that looks like a setting and is none. */
export function unknownVariables(environment: Environment): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("PUBLISHER_") && !VARIABLES.includes(name))
    .map((name) => `${name} is not a setting of Publisher, and changes nothing`);
}
