import { expect, test } from "bun:test";
import { runtimeWarnings } from "../../src/settings/runtime-variables.ts";

test.each([
  ["BUN_BE_BUN", /Bun, the runtime/],
  ["BUN_OPTIONS", /run other code in Publisher/],
  ["BUN_INSPECT", /debugger/],
  ["BUN_INSPECT_PRELOAD", /debugger/],
  ["BUN_INSPECT_CONNECT_TO", /debugger/],
  ["BUN_JSC_dumpDisassembly", /log/],
  ["BUN_CONFIG_VERBOSE_FETCH", /Bun, the runtime/],
  ["BUN_RUNTIME_TRANSPILER_CACHE_PATH", /Bun, the runtime/],
  ["BUN_SOMETHING_NEW", /Bun, the runtime/],
  ["MIMALLOC_SHOW_STATS", /memory/],
  ["LD_PRELOAD", /load other code/],
  ["LD_AUDIT", /load other code/],
  ["LD_LIBRARY_PATH", /load other code/],
  ["DYLD_INSERT_LIBRARIES", /load other code/],
])("%s is warned of, with what to do", (name, effect) => {
  const [warning, ...more] = runtimeWarnings({ [name]: "1", PATH: "/bin" });
  expect(more).toEqual([]);
  expect(warning).toStartWith(`${name} is set, which `);
  expect(warning).toMatch(effect);
  expect(warning).toEndWith("; start Publisher without it");
});

test("a variable that is empty, or that Publisher does not depend on, is not warned of", () => {
  const harmless = {
    BUN_INSPECT: "",
    BUN_OPTIONS: undefined,
    BUN_INSTALL: "/root/.bun",
    BUN_INSTALL_BIN: "/root/.bun/bin",
    BUNDLE_PATH: "x",
    NODE_ENV: "development",
    NODE_OPTIONS: "--require x",
    NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt",
    LD_RUN_PATH: "x",
    PUBLISHER_PORT: "1",
    LANG: "C",
  };
  expect(runtimeWarnings(harmless)).toEqual([]);
});
