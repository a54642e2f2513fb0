/** Every environment variable that is read. */
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

/** Variables that look like settings and are none. */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("PUBLISHER_") && !VARIABLES.includes(name))
    .map((name) => `${name} is not a setting of Publisher, and changes nothing`);
}
