import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { COMMANDS } from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import { type Change, HOST, TLS_PROXIES, TlsProxy, type TlsProxyKind } from "./tls-proxy.ts";

const missing = ["curl", "openssl"].filter((command) => Bun.which(command) === null);
if (missing.length > 0)
  process.stderr.write(`skipped, as there is no ${missing.join(" and no ")}: Publisher behind TLS\n`);

/** The line of each configuration that changes where Publisher listens on a socket. */
const TO_SOCKET: Readonly<Record<TlsProxyKind, (path: string) => Change>> = {
  nginx: (path) => ["server 127.0.0.1:8080;", `server unix:${path};`],
  caddy: (path) => ["reverse_proxy 127.0.0.1:8080", `reverse_proxy unix/${path}`],
};

/** The lines of each configuration that change where Publisher is below a path. */
const BELOW: Readonly<Record<TlsProxyKind, Change>> = {
  nginx: [
    "    location / {\n        proxy_pass http://publisher;\n",
    "    location = /tokens {\n        return 308 /tokens/;\n    }\n\n    location /tokens/ {\n        proxy_pass http://publisher/;\n",
  ],
  caddy: [
    "\treverse_proxy 127.0.0.1:8080\n",
    "\tredir /tokens /tokens/ 308\n\thandle_path /tokens/* {\n\t\treverse_proxy 127.0.0.1:8080\n\t}\n",
  ],
};

const LIST = "/publisher.v1/api-token/list";

/** The arguments of curl that list the tokens. */
function listing(token: string): readonly string[] {
  return ["-H", `Authorization: Bearer ${token}`, "-H", "Content-Type: application/json", "-d", "{}"];
}

function publisherAt(server: RunningServer): Change {
  return ["127.0.0.1:8080", server.url.replace("http://", "")];
}

for (const kind of TLS_PROXIES) {
  describe.skipIf(missing.length > 0 || COMMANDS.get(kind) === null)(`the configuration of ${kind}`, () => {
    test("gives Publisher to clients by TLS, with HSTS and their addresses", async () => {
      await using server = await RunningServer.start({ args: ["--trusted-proxies", "127.0.0.1"] });
      await using proxy = await TlsProxy.start(kind, [publisherAt(server)]);
      const forged = ["-H", "X-Forwarded-For: 192.0.2.7"];
      const listed = await proxy.curl("https", LIST, [...listing(server.firstToken), ...forged]);
      expect(listed).toMatch(/^HTTP\/\S+ 200/);
      expect(listed).toMatch(/^strict-transport-security: max-age=31536000\r$/im);
      expect(listed).toContain('"description":"First token"');
      expect(await proxy.curl("https", "/nothing")).toMatch(
        /^HTTP\/\S+ 404[\s\S]*strict-transport-security: max-age=31536000\r$/im,
      );
      expect(await proxy.curl("https", "/")).toMatch(/^HTTP\/\S+ 200[\s\S]*<!doctype html>/i);
      await server.stop();
      const [logged = ""] = server.stderr.split("\n").filter((line) => line.includes(`"path":"${LIST}"`));
      expect(logged).toContain('"ip":"127.0.0.1"');
    });

    test("leads from HTTP to HTTPS, but refuses a token that came without TLS", async () => {
      await using server = await RunningServer.start();
      await using proxy = await TlsProxy.start(kind, [publisherAt(server)]);
      const led = await proxy.curl("http", "/swagger?a=b");
      expect(led).toMatch(/^HTTP\/1.1 308/);
      expect(led).toMatch(new RegExp(`^location: https://${HOST}/swagger\\?a=b\r$`, "im"));
      const refused = await proxy.curl("http", LIST, listing(server.firstToken));
      expect(refused).toMatch(/^HTTP\/1.1 403/);
      expect(refused).not.toMatch(/^location:/im);
      await server.stop();
      expect(server.stderr).not.toContain('"message":"request"');
    });

    test("reaches Publisher by a Unix socket", async () => {
      using directory = new TemporaryDirectory();
      const socket = join(directory.path, "publisher.sock");
      const args = ["--listen", `unix:${socket}`, "--trusted-proxies", "unix"];
      await using server = await RunningServer.start({ args });
      await using proxy = await TlsProxy.start(kind, [TO_SOCKET[kind](socket)]);
      expect(await proxy.curl("https", LIST, listing(server.firstToken))).toMatch(/^HTTP\/\S+ 200/);
      await server.stop();
      expect(server.stderr).toMatch(/"path":"\/publisher.v1\/api-token\/list",.*"ip":"127.0.0.1"/);
    });

    test("can have Publisher below a path", async () => {
      await using server = await RunningServer.start();
      await using proxy = await TlsProxy.start(kind, [BELOW[kind], publisherAt(server)]);
      const listed = await proxy.curl("https", `/tokens${LIST}`, listing(server.firstToken));
      expect(listed).toMatch(/^HTTP\/\S+ 200/);
      expect(await proxy.curl("https", "/tokens/")).toMatch(/^HTTP\/\S+ 200[\s\S]*<!doctype html>/i);
      expect(await proxy.curl("https", "/tokens")).toMatch(
        /^HTTP\/\S+ 308[\s\S]*^location: \S*\/tokens\/\r$/im,
      );
      const outside = await proxy.curl("https", LIST, listing(server.firstToken));
      expect(outside).not.toContain("First token");
    });
  });
}
