/** A command cannot be understood; the message names the right form. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
