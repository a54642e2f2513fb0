import { type Command, Option } from "commander";
import type {
  CreateFlags,
  JsonFlag,
  ListFlags,
  RevokeFlags,
  RotateFlags,
  UpdateFlags,
  VerifyFlags,
} from "./commands/token-flags.ts";
import { type DataDirFlags, dataDirSetting, type Environment } from "./config.ts";
import { dataDirOption, JSON_FLAG } from "./options.ts";
import { ACCESSES, STATUSES } from "./tokens/token.ts";

const ID = ["<ID>", "the token's id, as in the list"] as const;

/** Adds `token` and the commands below it. */
export function addToken(program: Command, environment: Environment): void {
  const token = program
    .command("token")
    .helpCommand(false)
    .description("work on the tokens, with or without a running server");
  addCreate(token, environment);
  addList(token, environment);
  addGet(token, environment);
  addUpdate(token, environment);
  addRotate(token, environment);
  addRevoke(token, environment);
  addVerify(token, environment);
  token
    .command("generate")
    .description("print a fresh secret that is in no store yet, for PUBLISHER_FIRST_TOKEN")
    .action(async () => {
      const { generateSecret } = await import("./commands/token.ts");
      await generateSecret();
    });
}

function addCreate(token: Command, environment: Environment): void {
  const create = token
    .command("create")
    .description("create a token and print its secret, once")
    .addOption(new Option("--access <access>", "what it may do").choices(ACCESSES).makeOptionMandatory())
    .option("--audience <name>", "a service that it is for, and nothing else; may be given again", collect)
    .option("--verifies", "for a service that verifies tokens for these audiences, and for nothing else")
    .option("--description <text>", "what it is for");
  withExpiry(create, "it ends")
    .option("--new-store", "make a new store where there is none")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: CreateFlags & DataDirFlags) => {
      const { createToken } = await import("./commands/token.ts");
      await createToken(dataDirSetting(flags, environment), flags);
    });
}

function addList(token: Command, environment: Environment): void {
  token
    .command("list")
    .description("list the tokens that are not revoked")
    .option("--all", "revoked ones too")
    .addOption(
      new Option("--status <status>", `only tokens that are ${STATUSES.join(", ")}; may be given again`)
        .choices(STATUSES)
        .argParser(collect),
    )
    .option("--audience <name>", "only tokens for this service; may be given again", collect)
    .option("--unused-for <duration>", "only tokens that nobody has used for so long, such as 90d")
    .option("--expiring-within <duration>", "only tokens that expire within this time, such as 30d")
    .option("--reused", "only revoked and replaced ones with a secret that was shown after their end")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: ListFlags & DataDirFlags) => {
      const { listTokens } = await import("./commands/token.ts");
      await listTokens(dataDirSetting(flags, environment), flags);
    });
}

function addGet(token: Command, environment: Environment): void {
  token
    .command("get")
    .description("show everything about one token, but its secret, which nobody has")
    .argument(...ID)
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: JsonFlag & DataDirFlags) => {
      const { getToken } = await import("./commands/get-token.ts");
      await getToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addUpdate(token: Command, environment: Environment): void {
  const update = token
    .command("update")
    .description("change what a token is described as and when it ends")
    .argument(...ID)
    .option("--description <text>", "what it is for")
    .option("--no-description", "take the description away");
  withExpiry(update, "it ends")
    .option("--no-expiry", "let it never end")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: UpdateFlags & DataDirFlags) => {
      const { updateToken } = await import("./commands/update-token.ts");
      await updateToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addRotate(token: Command, environment: Environment): void {
  const rotate = token
    .command("rotate")
    .description("create the successor of a token and print its secret, once")
    .argument(...ID)
    .option(
      "--overlap <duration>",
      "how long the old secret goes on working: 1d if left out, 0 to revoke it now",
    );
  withExpiry(rotate, "the successor ends (if left out, it lives as long as the old token was to)")
    .option("--no-expiry", "let the successor never end")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: RotateFlags & DataDirFlags) => {
      const { rotateToken } = await import("./commands/rotate-token.ts");
      await rotateToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addRevoke(token: Command, environment: Environment): void {
  token
    .command("revoke")
    .description("revoke a token, at once and for good")
    .argument(...ID)
    .option("--descendants", "also all that came of it: tokens that it created or that took its place")
    .option("--dry-run", "show what would be revoked, and change nothing")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: RevokeFlags & DataDirFlags) => {
      const { revokeToken } = await import("./commands/revoke-token.ts");
      await revokeToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addVerify(token: Command, environment: Environment): void {
  token
    .command("verify")
    .description("read a secret from stdin and say whether its token is good; exit code 1 if not")
    .addOption(new Option("--access <access>", "what it must be good for (default read)").choices(ACCESSES))
    .option("--audience <name>", "the service that it must be for (default Publisher's own API)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: VerifyFlags & DataDirFlags) => {
      const { verifyToken } = await import("./commands/verify-token.ts");
      await verifyToken(dataDirSetting(flags, environment), flags);
    });
}

function withExpiry(command: Command, what: string): Command {
  return command
    .addOption(
      new Option("--expires-at <time>", `when ${what}, such as 2030-12-31T23:59:59Z`).conflicts("expiresIn"),
    )
    .option("--expires-in <duration>", `after how long ${what}: 90d, 12h, 30m, 45s or 2w`);
}

function collect(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...name.split(",")];
}
