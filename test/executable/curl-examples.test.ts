import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunningServer } from "../support/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const DOCS = resolve(import.meta.dir, "../../docs");
/** The pages with examples of curl that send a secret. */
const PAGES = [
  "../README.md",
  "audit-trail.md",
  "introspection.md",
  "leaked-token.md",
  "usage.md",
  "verify.md",
];

const CURL = Bun.which("curl");
if (CURL === null) process.stderr.write("skipped, as there is no curl: whether the examples of curl work\n");

/** Each example of curl on a page, as it is pasted. */
function examplesOf(page: string): readonly string[] {
  const paragraphs = readFileSync(join(DOCS, page), "utf8").split("\n\n");
  return paragraphs
    .filter((text) => /^ {4}(?:.* \| )?curl /.test(text))
    .map((text) => text.replaceAll(/^ {4}/gm, ""));
}

let server: RunningServer;
let directory: TemporaryDirectory;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (CURL === null) return;
  server = await RunningServer.start();
  directory = new TemporaryDirectory();
  const recorder = `#!/bin/sh\nprintf '%s\\n' "$@" >>'${join(directory.path, "arguments")}'\nexec '${CURL}' "$@"\n`;
  writeFileSync(join(directory.path, "curl"), recorder);
  chmodSync(join(directory.path, "curl"), 0o755);
  const forWiki = { access: "read", audiences: ["wiki"] };
  const checker = await server.call("api-token/create", { ...forWiki, verifies: true });
  const shown = await server.call("api-token/create", forWiki);
  env = {
    PATH: `${directory.path}:${Bun.env.PATH}`,
    PUBLISHER: server.url,
    TOKEN: server.firstToken,
    CHECKER: checker.json.token,
    SHOWN: shown.json.token,
  };
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
});

describe.skipIf(CURL === null)("an example of curl works, and has no secret in its arguments:", () => {
  for (const page of PAGES)
    test(page, () => {
      const examples = examplesOf(page);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const { stdout, stderr } = Bun.spawnSync(["sh", "-c", example], { cwd: directory.path, env });
        expect(stderr.toString()).toBe("");
        const { error } = JSON.parse(stdout.toString());
        // An example may name a token that is not in this store.
        expect([example, error?.code ?? "not_found"]).toEqual([example, "not_found"]);
        const words = readFileSync(join(directory.path, "arguments"), "utf8");
        expect(words).toContain(server.url);
        expect(words).not.toContain("sk_live_");
      }
    });
});
