/** A command failed; the message is a sentence for the person at the terminal. The exit code is 1. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}
