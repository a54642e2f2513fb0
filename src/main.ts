import { reportError } from "./cli/exit-codes.ts";
import { run } from "./cli/program.ts";

/** The files of a command are for their owner alone, with any mask of the shell. */
const OWNER_ONLY = 0o077;

process.umask(OWNER_ONLY);
try {
  await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportError(error);
}
