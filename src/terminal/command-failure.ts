/** A command cannot do what it was asked; the message is a sentence for the person who asked. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}
