import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { expectRefusal } from "./refusal.ts";

test("usage and token get tell what the API does of a token, and of all", async () => {
  using terminal = new Terminal();
  const { id, token } = await terminal.createToken("write", "--description", "CI");
  const server = await RunningServer.start({ cwd: terminal.cwd });
  for (let count = 0; count < 3; count += 1) await server.call("api-token/current", {}, token);
  const { id: never } = (await server.call("api-token/create", { access: "read" }, token)).json;
  await server.stop();
  for (const bucket of ["DAY", "HOUR"]) {
    const shown = await terminal.output("usage", "--bucket", bucket.toLowerCase());
    expect(shown).toMatch(new RegExp(`^${bucket} +ACCEPTED  REFUSED\n`));
    expect(shown).toMatch(/^2\d{3}-\S+ +4 +0$/m);
    expect(shown).toMatch(/: 4 accepted, 0 refused\./);
  }
  expect(await terminal.output("usage", never)).toMatch(/^No uses from \S+Z to \S+Z\.\n$/);
  // Another token asks the API, which counts that too.
  const { token: asking } = await terminal.createToken("read");
  await using again = await RunningServer.start({ cwd: terminal.cwd });
  for (const bucket of ["day", "hour"]) {
    const printed = JSON.parse(await terminal.output("usage", id, "--bucket", bucket, "--json"));
    const { from, to } = printed;
    expect(printed).toEqual((await again.call("api-token/usage", { id, bucket, from, to }, asking)).json);
  }
  const got = JSON.parse(await terminal.output("token", "get", id, "--json"));
  expect(Object.keys(got)).toEqual(RESOURCE_KEYS);
  expect(got).toEqual((await again.call("api-token/get", { id }, asking)).json);
  expect(await terminal.output("token", "get", id)).toMatch(
    new RegExp(`^Last used +${got.last_used_at}$`, "m"),
  );
});

test("a sentence alone leaves what a file had before", async () => {
  using terminal = new Terminal();
  const { id } = await terminal.createToken("write");
  const line = `{ echo before; "$0" usage ${id}; echo after; } > file`;
  expect(Bun.spawnSync(["sh", "-c", line, EXECUTABLE], { cwd: terminal.cwd }).exitCode).toBe(0);
  expect(readFileSync(join(terminal.cwd, "file"), "utf8")).toMatch(/^before\nNo uses .*\nafter\n$/);
});

test("usage and token get refuse the id of no token", async () => {
  using terminal = new Terminal();
  await terminal.createToken("write");
  for (const command of ["token get atok_0", "usage atok_0"])
    await expectRefusal(terminal, command.split(" "), 1, "There is no token atok_0 in this store.\n");
});
