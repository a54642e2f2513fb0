const IS_ROOT = process.getuid?.() === 0;

/** Whether a command can run as another user; if not, prints the skipped tests on stderr. */
export function canChangeUser(skipped: string): boolean {
  const can = IS_ROOT && Bun.which("setpriv") !== null;
  if (!can) process.stderr.write(`skipped, as nothing can be run as another user: ${skipped}\n`);
  return can;
}

/** A command that runs another one as that user, who is in no other group unless one is given. */
export function asUser(user: number, group: number | null = null): readonly string[] {
  const groups = group === null ? "--clear-groups" : `--groups=${group}`;
  return ["setpriv", `--reuid=${user}`, `--regid=${user}`, groups, "--"];
}
