import { expect, setDefaultTimeout, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const ROUNDS = 8;
const CLIENTS = 6;
const ROTATION = { overlap_seconds: 2_592_000 };

/** Changes tokens by the secret until that is refused; the answers say how often it was not. */
async function changeUntilRefused(server: RunningServer, secret: string, turn: number): Promise<number> {
  for (let count = 0; ; count += 1) {
    const created = await server.call("api-token/create", { access: "read" }, secret);
    if (created.status === 401) return count;
    expect(created.status).toBe(200);
    const { id } = created.json;
    const [endpoint, body] = (
      [
        ["update", { id, description: "raced" }],
        ["rotate", { id, ...ROTATION }],
        ["revoke", { id }],
      ] as const
    )[(count + turn) % 3] ?? ["revoke", { id }];
    const { status } = await server.call(`api-token/${endpoint}`, body, secret);
    if (status === 401) return count;
    expect(status).toBe(200);
  }
}

/** The changes that a token made after it was revoked, by the audit trail. */
async function changesAfterRevocation(server: RunningServer, id: string): Promise<readonly string[]> {
  const list = async (filters: readonly object[]) =>
    (await server.call("audit-event/list", { filters })).json.data as readonly {
      id: string;
      action: string;
    }[];
  const revocations = await list([
    { key: "target", eq: id },
    { key: "action", eq: "api-token.revoke" },
  ]);
  expect(revocations).toHaveLength(1);
  const revoked = revocations[0]?.id ?? "";
  const changes = await list([{ key: "actor", eq: id }]);
  expect(changes.length).toBeGreaterThan(0);
  return changes.filter((change) => change.id > revoked).map(({ action }) => action);
}

test("no change by a token lies behind its own revocation by another process in the audit trail", async () => {
  await using server = await RunningServer.start({ args: ["--log-level", "warn"] });
  using terminal = new Terminal();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, token } = (await server.call("api-token/create", { access: "write" })).json;
    const clients = Array.from({ length: CLIENTS }, (_, turn) => changeUntilRefused(server, token, turn));
    await terminal.output("token", "revoke", id, "--data-dir", server.dataDir);
    await Promise.all(clients);
    expect(await changesAfterRevocation(server, id)).toEqual([]);
  }
});
