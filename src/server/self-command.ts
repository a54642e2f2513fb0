/** Where Bun keeps the files of an executable that it compiled: on Windows and elsewhere. */
const EMBEDDED = /^(?:[A-Z]:[\\/]~BUN|\/\$bunfs)[\\/]/;

/** The words that run this same program once more, with other arguments. */
export function ownCommand(args: readonly string[]): string[] {
  const isExecutable = EMBEDDED.test(Bun.main);
  return [process.execPath, ...(isExecutable ? [] : [Bun.main]), ...args];
}
