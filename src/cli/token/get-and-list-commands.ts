import { type Command, Option } from "commander";
import { type DataDirFlags, dataDirSetting, type Environment } from "../../settings/config.ts";
import { ACCESSES, STATUSES } from "../../tokens/token.ts";
import { collect, dataDirOption, JSON_FLAG, TOKEN_ID } from "../options.ts";
import type { JsonFlag, ListFlags, VerifyFlags } from "./token-flags.ts";

/** Adds the commands below `token` that change nothing. */
export function addReadingCommands(token: Command, environment: Environment): void {
  addList(token, environment);
  addGet(token, environment);
  addVerify(token, environment);
}

function addList(token: Command, environment: Environment): void {
  token
    .command("list")
    .description("list the tokens that are not revoked")
    .option("--all", "include revoked tokens")
    .addOption(
      new Option("--status <status>", "only tokens with this status; repeat for more")
        .choices(STATUSES)
        .argParser(collect),
    )
    .option("--audience <name>", "only tokens for this service; repeat for more", collect)
    .option("--unused-for <duration>", "only tokens without a use for so long, such as 90d")
    .option("--expiring-within <duration>", "only tokens that expire within this time, such as 30d")
    .option("--reused", "only revoked or replaced tokens that somebody tried to use afterwards")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: ListFlags & DataDirFlags) => {
      const { listTokens } = await import("./token.ts");
      await listTokens(dataDirSetting(flags, environment), flags);
    });
}

function addGet(token: Command, environment: Environment): void {
  token
    .command("get")
    .description("show one token in full, without its secret")
    .argument(...TOKEN_ID)
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string, flags: JsonFlag & DataDirFlags) => {
      const { getToken } = await import("./get-token.ts");
      await getToken(dataDirSetting(flags, environment), id, flags);
    });
}

function addVerify(token: Command, environment: Environment): void {
  token
    .command("verify")
    .description("read a secret from stdin and check its token; exit code 1 if it is not valid")
    .addOption(new Option("--access <access>", "the access that is needed (default read)").choices(ACCESSES))
    .option("--audience <name>", "the service that is asked for (default Publisher's own API)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: VerifyFlags & DataDirFlags) => {
      const { verifyToken } = await import("./verify-token.ts");
      await verifyToken(dataDirSetting(flags, environment), flags);
    });
}
