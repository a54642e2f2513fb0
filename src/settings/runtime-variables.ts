/** The effects of variables that the runtime reads before Publisher starts. The first match counts. */
const EFFECTS: readonly (readonly [name: RegExp, effect: string])[] = [
  // The directory of Bun's package manager: every shell with an installed Bun has it.
  [/^BUN_INSTALL(?:_|$)/, ""],
  [/^BUN_INSPECT(?:_|$)/, "opens Publisher to a debugger, which can read every secret and change everything"],
  [/^BUN_OPTIONS$/, "gives options to Bun, the runtime inside Publisher; some run other code in Publisher"],
  [
    /^BUN_JSC_/,
    "changes how Bun, the runtime inside Publisher, runs code, and can fill the log with its own lines",
  ],
  [/^BUN_/, "can change how Bun, the runtime inside Publisher, works"],
  [/^MIMALLOC_/, "can change how Bun, the runtime inside Publisher, uses memory"],
  [/^(?:LD_(?:PRELOAD|AUDIT|LIBRARY_PATH)|DYLD_)/, "can load other code into Publisher"],
];

/**
 * A warning, without its full stop, for each variable that changes the executable and is no setting of Publisher.
 * `BUN_BE_BUN` gets here only without effect: otherwise Bun runs in place of Publisher.
 */
export function runtimeWarnings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const effect = EFFECTS.find(([pattern]) => pattern.test(name))?.[1] ?? "";
    return effect === "" || !value ? [] : [`${name} is set, which ${effect}; start Publisher without it`];
  });
}
