import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";

test("the secret of a revoked token is warned of once, and marks the token for good", async () => {
  await using server = await RunningServer.start();
  using terminal = new Terminal();
  const list = async (...flags: readonly string[]) =>
    await terminal.output("token", "list", "--data-dir", server.dataDir, ...flags);
  const { id, token } = (await server.call("api-token/create", { access: "read" })).json;
  await server.call("api-token/revoke", { id });
  expect(await list("--reused")).toBe("No secret of a revoked or replaced token was shown.\n");
  for (let count = 0; count < 3; count += 1)
    expect((await server.call("api-token/list", {}, token)).status).toBe(401);
  await server.stop();
  const warnings = server.log.filter(({ message }) => String(message).startsWith("the secret of a"));
  expect(warnings).toMatchObject([
    { level: "warn", token_id: id, why: "revoked", ip: "127.0.0.1", path: "/publisher.v1/api-token/list" },
  ]);
  expect(server.stderr).not.toContain(token);
  await using again = await RunningServer.start({ cwd: server.cwd });
  const { reused_at: at, reused_from: from } = (await again.call("api-token/get", { id })).json;
  expect(from).toBe("127.0.0.1");
  for (const flag of ["--reused", "--all"]) expect(await list(flag)).toContain(`${at} from 127.0.0.1`);
  expect(await list()).not.toContain("REUSED");
  expect(JSON.parse(await list("--reused", "--json")).data).toMatchObject([{ id, reused_at: at }]);
});
