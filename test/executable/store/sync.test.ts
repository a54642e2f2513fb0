import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace, SystemCalls } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { useEach } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const CALLS = ["fsync", "fdatasync", "pwrite64", "write", "writev", "sendto", "sendmsg", "recvfrom", "read"];

const isLogWritten = (call: string) => /^pwrite64\(\d+<[^>]*publisher\.db-wal>/.test(call);
const isLogSynced = (call: string) => /^f(data)?sync\(\d+<[^>]*publisher\.db-wal>\) = 0$/.test(call);

/** The change is written to the write-ahead log, and that is synced after the last write to it. */
function expectSynced(calls: readonly string[]): void {
  expect(calls.filter(isLogWritten)).not.toEqual([]);
  expect(calls.findLastIndex(isLogSynced)).toBeGreaterThan(calls.findLastIndex(isLogWritten));
}

/** The calls of the server between reading a request and writing the answer. */
function between(calls: readonly string[], request: string, answer: string): readonly string[] {
  const start = calls.findIndex((call) => /^(recvfrom|read)\(/.test(call) && call.includes(request));
  const rest = calls.slice(start);
  const end = rest.findIndex(
    (call) => /^(sendto|sendmsg|write|writev)\(/.test(call) && call.includes(answer),
  );
  expect([start, end]).not.toContain(-1);
  return rest.slice(0, end);
}

const terminal = useTerminal();
const trace = useEach(() => new SystemCalls());

describe.skipIf(!canTrace("whether a change is on disk before it is acknowledged"))(
  "a change is on disk",
  () => {
    test("before the server acknowledges it, and so is its line in the revocation log", async () => {
      const args = ["--revocation-log", "revocations"];
      await using server = await RunningServer.start({ cwd: terminal.cwd, under: trace.under(CALLS), args });
      const { id } = (await server.call("api-token/create", { access: "read" })).json;
      expect((await server.call("api-token/revoke", { id })).status).toBe(200);
      await server.stop();
      const [create = [], revoke = []] = ["create", "revoke"].map((action) =>
        between(trace.of(server.child.pid), `POST /publisher.v1/api-token/${action} `, "HTTP/1.1 200"),
      );
      for (const calls of [create, revoke]) expectSynced(calls);
      const written = revoke.findIndex((call) => /^p?write(64)?\(\d+<[^>]*\/revocations>/.test(call));
      expect(written).not.toBe(-1);
      const isSynced = (call: string) => /^fsync\(\d+<[^>]*\/revocations>\) = 0$/.test(call);
      expect(revoke.slice(written).some(isSynced)).toBe(true);
    });

    test("before a command prints the secret", async () => {
      const create = "token create --access read --new-store".split(" ");
      const command = [...trace.under(CALLS), EXECUTABLE, ...create];
      const child = Bun.spawn(command, { cwd: terminal.cwd, env: {}, stderr: "ignore" });
      expect(await new Response(child.stdout).text()).toStartWith("sk_live_");
      await child.exited;
      const calls = trace.of(child.pid);
      const printed = calls.findIndex((call) => /^(sendto|write)\(/.test(call) && call.includes('"sk_live_'));
      expect(printed).not.toBe(-1);
      expectSynced(calls.slice(0, printed));
    });
  },
);
