import { UsageError } from "../settings/usage-error.ts";
import { CommandFailure } from "../terminal/command-failure.ts";
import { type Issue, isRefusal, type Refusal } from "../tokens/refusal.ts";
import type { Status, Token } from "../tokens/token.ts";

const FLAG_OF: Readonly<Record<string, string>> = {
  access: "--access",
  audiences: "--audience",
  description: "--description",
  overlap_seconds: "--overlap",
  expires_at: "The expiry",
};

/** Returns an outcome of the domain. Throws a refusal as UsageError or CommandFailure. */
export function outcomeOf<Outcome extends object>(outcome: Outcome | Refusal, id = ""): Outcome {
  if (!isRefusal(outcome)) return outcome;
  switch (outcome.refused) {
    case "not-found":
      throw new CommandFailure(`There is no token ${id} in this store.`);
    case "invalid":
      throw refusedFlags(outcome.issues);
    case "conflict":
      throw new CommandFailure(conflictMessage(outcome.token, outcome.status));
    default:
      throw new Error(`the command line was refused: ${outcome.refused}`);
  }
}

/** Names the flag of each issue. */
export function refusedFlags(issues: readonly Issue[]): UsageError {
  return new UsageError(issues.map(({ path, message }) => `${FLAG_OF[path] ?? path} ${message}.`).join(" "));
}

function conflictMessage({ id, replacedBy }: Token, status: Status): string {
  if (status === "active")
    return `The token ${id} was already replaced, by ${replacedBy}. Nothing was changed.`;
  const successor = replacedBy === null ? "" : ` Its successor is ${replacedBy}.`;
  return `The token ${id} is ${status} and cannot be changed any more. Nothing was changed.${successor}`;
}
