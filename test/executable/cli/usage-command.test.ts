import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

const terminal = useTerminal();

test("usage and token get show the API's answer about a token, and usage that about all", async () => {
  const { id, token } = await terminal.createToken("write", "--description", "CI");
  const server = await terminal.serve();
  for (let count = 0; count < 3; count += 1) await server.call("api-token/current", {}, token);
  const { id: never } = (await server.call("api-token/create", { access: "read" }, token)).json;
  await server.stop();
  expect(await terminal.done(`usage ${never}`)).toMatch(/^No uses from \S+Z to \S+Z\.\n$/);
  // Another token asks the API, which counts that too.
  const { token: asking } = await terminal.createToken("read");
  await using again = await terminal.serve();
  for (const bucket of ["day", "hour"]) {
    const shown = await terminal.done(`usage --bucket ${bucket}`);
    expect(shown).toMatch(new RegExp(`^${bucket.toUpperCase()} +ACCEPTED  REFUSED\n`));
    expect(shown).toMatch(/^2\d{3}-\S+ +4 +0$/m);
    expect(shown).toMatch(/: 4 accepted, 0 refused\./);
    const printed = JSON.parse(await terminal.done(`usage ${id} --bucket ${bucket} --json`));
    const { from, to } = printed;
    expect(printed).toEqual((await again.call("api-token/usage", { id, bucket, from, to }, asking)).json);
  }
  const got = JSON.parse(await terminal.done(`token get ${id} --json`));
  expect(Object.keys(got)).toEqual(RESOURCE_KEYS);
  expect(got).toEqual((await again.call("api-token/get", { id }, asking)).json);
  const lastUse = new RegExp(`^Last used +${got.last_used_at}$`, "m");
  expect(await terminal.done(`token get ${id}`)).toMatch(lastUse);
});

test("a sentence alone leaves what a file had before", async () => {
  const { id } = await terminal.createToken("write");
  const line = `{ echo before; "$0" usage ${id}; echo after; } > file`;
  expect(Bun.spawnSync(["sh", "-c", line, EXECUTABLE], { cwd: terminal.cwd }).exitCode).toBe(0);
  expect(readFileSync(terminal.path("file"), "utf8")).toMatch(/^before\nNo uses .*\nafter\n$/);
});
