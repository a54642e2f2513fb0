import { type Command, Option } from "commander";
import { verificationResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { UsageError } from "../../settings/usage-error.ts";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { print, printJson, say } from "../../terminal/print.ts";
import { AUDIENCE_FORM, isAudience } from "../../tokens/audience.ts";
import { formatTime } from "../../tokens/time.ts";
import { ACCESSES, type Access, type Token } from "../../tokens/token.ts";
import type { Verdict } from "../../tokens/verification.ts";
import { JSON_FLAG, type JsonFlag } from "../options.ts";
import { withTokens } from "../store/open-store.ts";

interface VerifyFlags extends DataDirFlags, JsonFlag {
  readonly access: Access;
  readonly audience?: string;
}

/** Adds `token verify`. */
export function addVerifyToken(token: Command): void {
  token
    .command("verify")
    .description("read a secret from stdin and check its token; exit code 1 if it is not valid")
    .addOption(
      new Option("--access <access>", "the access that is needed").choices(ACCESSES).default("read", "read"),
    )
    .option("--audience <name>", "the service that is asked for (default: Publisher's own API)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(verifyToken);
}

/** The limit of a read from stdin; a secret is much shorter. */
const INPUT_LIMIT_BYTES = 64 * 1024;

/** Prints that the secret on stdin is valid for a use. Throws CommandFailure if it is not. */
async function verifyToken(flags: VerifyFlags): Promise<void> {
  const { dataDir, access, audience = null, json = false } = flags;
  if (audience !== null && !isAudience(audience))
    throw new UsageError(`--audience must be ${AUDIENCE_FORM}.`);
  await withTokens(
    dataDir,
    async (tokens) => {
      const verdict = await tokens.verify(await secretFromStdin(), { access, audience });
      if (json) await printJson(verificationResource(verdict, tokens.now()));
      if (verdict.reason !== null) throw new CommandFailure(sentence(verdict.token, verdict.reason));
      if (!json) await print(`Valid: ${described(verdict.token)}.\n`);
    },
    "reading",
  );
}

async function secretFromStdin(): Promise<string> {
  if (process.stdin.isTTY) say("Paste the secret, and end with Enter and Ctrl+D:\n");
  const input = await stdinStart().catch((error: unknown) => {
    throw new CommandFailure(`The secret cannot be read from stdin: ${reasonOf(error)}.`, { cause: error });
  });
  if (input.length > INPUT_LIMIT_BYTES) throw new UsageError("stdin has more than one secret.");
  const secret = input.toString("utf8").trim();
  if (secret === "") throw new UsageError("There is no secret on stdin.");
  return secret;
}

/** Reads stdin to its end, or to little more than INPUT_LIMIT_BYTES. */
async function stdinStart(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of Bun.stdin.stream()) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > INPUT_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks);
}

type Fault = NonNullable<Verdict["reason"]>;

const FAULTS: Readonly<Record<Fault, string>> = {
  malformed: "this is no secret of Publisher: it is mistyped, cut short or made up",
  unknown: "no token of this store has this secret",
  expired: "the token has expired",
  revoked: "the token was revoked",
  wrong_audience: "the token is for another audience",
  insufficient_access: "the token may only read",
};

function sentence(token: Token | null, fault: Fault): string {
  const about = token === null ? "" : ` It is ${described(token)}.`;
  return `Not valid: ${FAULTS[fault]}.${about}`;
}

function described({ id, access, audiences, verifies, expiresAt }: Token): string {
  const services = audiences === null ? "Publisher's own API" : audiences.join(", ");
  const end = expiresAt === null ? "never expires" : `expires at ${formatTime(expiresAt)}`;
  const purpose = verifies ? "verifies tokens for" : `${access} access to`;
  return `${id}, ${purpose} ${services}, ${end}`;
}
