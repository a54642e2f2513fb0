import { type Command, Option } from "commander";
import { type DataDirFlags, dataDirSetting, type Environment } from "../../settings/config.ts";
import { ACCESSES } from "../../tokens/token.ts";
import { collect, dataDirOption, JSON_FLAG, TOKEN_ID } from "../options.ts";
import { addReadingCommands } from "./get-and-list-commands.ts";
import type { CreateFlags, RevokeFlags, RotateFlags, UpdateFlags } from "./token-flags.ts";

/** Adds `token` and the commands below it. */
export function addToken(program: Command, environment: Environment): void {
  const token = program
    .command("token")
    .helpCommand(false)
    .description("manage tokens, with or without a running server");
  addCreate(token, environment);
  addUpdate(token, environment);
  addRotate(token, environment);
  addRevoke(token, environment);
  addReadingCommands(token, environment);
  token
    .command("generate")
    .description("print a new secret for PUBLISHER_FIRST_TOKEN; no store knows it yet")
    .action(async () => {
      const { generateSecret } = await import("./token.ts");
      await generateSecret();
    });
}

function addCreate(token: Command, environment: Environment): void {
  const create = token
    .command("create")
    .description("create a token and print its secret, once")
    .addOption(
      new Option("--access <access>", "what the token may do").choices(ACCESSES).makeOptionMandatory(),
    )
    .option(
      "--audience <name>",
      "a service that accepts the token; repeat for more (default Publisher's own API)",
      collect,
    )
    .option(
      "--verifies",
      "for a service that checks tokens: the token verifies those of these audiences, and does nothing else",
    )
    .option("--description <text>", "a note on what the token is for");
  withExpiry(create, "the token", " (default never)")
    .option("--new-store", "make a new store if there is none")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: CreateFlags & DataDirFlags) => {
      const { createToken } = await import("./token.ts");
      await createToken(dataDirSetting(flags, environment), flags);
    });
}

function addUpdate(token: Command, environment: Environment): void {
  const update = token
    .command("update")
    .description("change the description or the expiry of a token")
    .argument(...TOKEN_ID)
    .option("--description <text>", "a note on what the token is for")
    .option("--no-description", "remove the description");
  withExpiry(update, "the token")
    .option("--no-expiry", "the token never expires")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: UpdateFlags & DataDirFlags) => {
      const { updateToken } = await import("./update-token.ts");
      await updateToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addRotate(token: Command, environment: Environment): void {
  const rotate = token
    .command("rotate")
    .description("replace a token: create its successor and print the new secret, once")
    .argument(...TOKEN_ID)
    .option(
      "--overlap <duration>",
      "how long the old secret keeps working (default 1d; 0 revokes it at once)",
    );
  withExpiry(rotate, "the successor", " (default: it lives as long as the old token)")
    .option("--no-expiry", "the successor never expires")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: RotateFlags & DataDirFlags) => {
      const { rotateToken } = await import("./rotate-token.ts");
      await rotateToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addRevoke(token: Command, environment: Environment): void {
  token
    .command("revoke")
    .description("revoke a token, at once and for good")
    .argument(...TOKEN_ID)
    .option("--descendants", "also every token that it created or that replaced it, and their descendants")
    .option("--dry-run", "show what would be revoked, and change nothing")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: RevokeFlags & DataDirFlags) => {
      const { revokeToken } = await import("./revoke-token.ts");
      await revokeToken(dataDirSetting(flags, environment), id, flags);
    });
}

function withExpiry(command: Command, token: string, fallback = ""): Command {
  return command
    .addOption(
      new Option(
        "--expires-at <time>",
        `when ${token} expires, such as 2030-12-31T23:59:59Z${fallback}`,
      ).conflicts("expiresIn"),
    )
    .option(
      "--expires-in <duration>",
      `after how long ${token} expires: 90d, 12h, 30m, 45s or 2w${fallback}`,
    );
}
