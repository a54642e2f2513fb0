import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import type { Answer } from "../../support/http/api.ts";
import { basic, INTROSPECT } from "../../support/http/introspection.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { inBulk } from "../../support/http/verification.ts";

/** The random part of a secret without its hint: it may be stored nowhere. */
function canaryOf(secret: string): string {
  return secret.slice("sk_live_".length, -"hint".length);
}

/** The names of the files in a directory that contain the text. */
function filesWith(text: string, directory: string): string[] {
  const names = readdirSync(directory);
  return names.filter((name) => readFileSync(join(directory, name)).includes(text));
}

/** Asks whether the secret is good in every way there is, and by it. */
async function askAbout(server: RunningServer, secret: string): Promise<string[]> {
  const printed: string[] = [];
  for (const caller of [server.firstToken, secret, `${secret}0`])
    for (const body of [
      { token: secret, audience: "wiki" },
      { token: `${secret}0` },
      { token: secret, audience: secret },
    ]) {
      const { text } = await server.call("api-token/verify", body, caller);
      const bulk = await server.call("api-token/bulk-verify", inBulk(body, secret), caller);
      printed.push(text, bulk.text);
      const form = new URLSearchParams(body);
      for (const authorization of [`Bearer ${caller}`, basic(caller), basic("", caller), `Basic ${caller}`]) {
        const answer = await fetch(server.url + INTROSPECT, {
          method: "POST",
          headers: { authorization },
          body: form,
        });
        printed.push((await answer.text()) + JSON.stringify([...answer.headers]));
      }
    }
  return printed;
}

/** Every endpoint with the secret, then the secret wherever a careless client could put it. */
async function use(server: RunningServer, id: string, secret: string): Promise<string[]> {
  const endpoints = ["list", "current", "get", "create", "revoke", "nowhere"];
  const bodies = [
    {},
    { id },
    { access: "write" },
    { id: secret },
    { filters: [{ key: "id", eq: secret }] },
    [secret],
    { [secret]: null },
  ];
  const answers: Answer[] = [];
  for (const endpoint of endpoints)
    for (const body of bodies) {
      if (endpoint === "revoke" && "id" in body && body.id === id) continue;
      answers.push(await server.call(`api-token/${endpoint}`, body, secret));
      answers.push(await server.call(`api-token/${endpoint}`, body));
    }
  answers.push(await server.call(`${secret}?token=${secret}`, { token: secret }, secret));
  answers.push(await server.call(`api-token/list?token=${secret}`, {}, "none"));
  answers.push(await server.call("api-token/list", {}, `${secret},${secret}`));
  answers.push(await server.call("api-token/list", {}, secret.slice(0, -1)));
  return answers.map(({ text, headers }) => text + JSON.stringify([...headers]));
}

test("a secret is in no file, no line of the log and no answer but its own", async () => {
  using terminal = new Terminal();
  await using server = await RunningServer.start({ cwd: terminal.cwd, args: ["--log-level", "debug"] });
  const caller = server.firstToken;
  const byApi = (await server.call("api-token/create", { access: "write", description: "canary" })).json;
  const byCommand = await terminal.createToken("write", "--description", "canary");
  const forWiki = await terminal.createToken("read", "--description", "canary", "--audience", "wiki");
  const printed: string[] = [];
  for (const { id, token } of [byApi, byCommand, forWiki]) {
    expect(filesWith(canaryOf(token), terminal.dataDir)).toEqual([]);
    printed.push(...(await use(server, id, token)), ...(await askAbout(server, token)));
    using connection = await RawConnection.open(server.url);
    const request = rawRequest("api-token/current", token).replace("Host", `X-Api-Key: ${token}\r\nHost`);
    printed.push((await connection.ask(request.replace("POST /", `POST /${token}/`))).body);
    printed.push(await terminal.output("token", "list", "--json"), await terminal.output("token", "list"));
    const { stdout, stderr } = await terminal.run(["token", "revoke", token]);
    printed.push(stdout, stderr, await terminal.output("token", "revoke", id, "--json"));
    printed.push(...(await server.call("api-token/list", {}, token)).text);
    printed.push(...(await askAbout(server, token)));
    expect(filesWith(canaryOf(token), terminal.dataDir)).toEqual([]);
  }
  expect(filesWith("canary", terminal.dataDir)).toContain("publisher.db-wal");
  await server.stop("SIGKILL");
  await using again = await RunningServer.start({ cwd: terminal.cwd, args: ["--log-level", "debug"] });
  printed.push(
    (await again.call("api-token/list", { filters: [{ key: "status", in: ["revoked"] }] }, caller)).text,
  );
  await again.stop();
  printed.push(server.stdout, server.stderr, again.stdout, again.stderr);
  expect(printed.filter((text) => text.startsWith('{"active":true'))).not.toBeEmpty();
  for (const secret of [byApi.token, byCommand.token, forWiki.token]) {
    for (const encoded of [basic(secret), basic("", secret)])
      expect(printed.filter((text) => text.includes(encoded.slice("Basic ".length, 40)))).toEqual([]);
    expect(printed.filter((text) => text.includes(canaryOf(secret)))).toEqual([]);
    expect(filesWith(canaryOf(secret), terminal.dataDir)).toEqual([]);
  }
  expect(server.stderr).not.toContain("token=");
  expect(printed.some((text) => text.includes('"authentication":"revoked"'))).toBe(true);
  expect(filesWith("canary", terminal.dataDir)).toEqual(["publisher.db"]);
  expect(filesWith(canaryOf(caller), terminal.dataDir)).toEqual(["first-token"]);
});
