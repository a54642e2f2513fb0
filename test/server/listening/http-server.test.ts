import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UNIX_PEER } from "../../../src/http/auth/client-address.ts";
import { makeLog } from "../../../src/log/log.ts";
import { HttpServer } from "../../../src/server/listening/http-server.ts";
import type { ListenAddress } from "../../../src/settings/listen-addresses.ts";
import { RawConnection } from "../../support/http/raw-connection.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const ANY_PORT = { host: "127.0.0.1", port: 0 };
const SLOW = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{";
const PART = "GET / HTTP/1.1\r\n";
const hasRoom = () => true;

const opened: HttpServer[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop();
});

/** A server that answers with the address of the other side, once the body is there. */
class Answering {
  readonly server = new HttpServer();
  /** How many requests have begun. */
  begun = 0;

  static async on(...addresses: readonly ListenAddress[]): Promise<Answering> {
    const answering = new Answering();
    opened.push(answering.server);
    const answer = async (request: Request) => {
      answering.begun += 1;
      await request.text();
      return new Response(answering.server.peerOf(request));
    };
    await answering.server.open(addresses, 0o640, { routes: {}, fetch: answer });
    return answering;
  }

  get url(): string {
    const found = this.server.addresses.find((address) => "port" in address);
    if (found === undefined) throw new Error("it listens on no port");
    return `http://127.0.0.1:${found.port}/`;
  }

  /** A connection with a request under way, the body of which does not come. */
  async pending(url: string): Promise<RawConnection> {
    const before = this.begun;
    const connection = await RawConnection.open(url);
    connection.send(SLOW);
    while (this.begun === before) await Bun.sleep(1);
    return connection;
  }
}

async function textOf(url: string, unix?: string): Promise<string> {
  return await (await fetch(url, { ...(unix === undefined ? {} : { unix }), keepalive: false })).text();
}

const onLinux = test.skipIf(process.platform !== "linux");

onLinux(
  "new requests are answered while those of before are finished, with the address of each",
  async () => {
    const answering = await Answering.on(ANY_PORT);
    const { url } = answering;
    using connection = await answering.pending(url);
    const renewing = answering.server.renew(hasRoom);
    expect(await textOf(url)).toBe("127.0.0.1");
    expect(answering.url).toBe(url);
    connection.send("}");
    expect((await connection.answer()).body).toBe("127.0.0.1");
    await renewing;
    expect(await textOf(url)).toBe("127.0.0.1");
  },
);

onLinux("every connection of before is ended, also one that has sent a part of a request", async () => {
  const answering = await Answering.on(ANY_PORT);
  using connection = await RawConnection.open(answering.url);
  connection.send(PART);
  await textOf(answering.url);
  await answering.server.renew(hasRoom);
  await connection.closed;
});

onLinux("without room for new requests, one that does not go on gets little time", async () => {
  const answering = await Answering.on(ANY_PORT);
  using connection = await answering.pending(answering.url);
  const start = performance.now();
  await answering.server.renew(() => false);
  await connection.closed;
  expect(performance.now() - start).toBeLessThan(5000);
});

onLinux("what is under way before and after is finished when all of it ends", async () => {
  const answering = await Answering.on(ANY_PORT);
  using before = await answering.pending(answering.url);
  const renewing = answering.server.renew(hasRoom);
  using after = await answering.pending(answering.url);
  const draining = answering.server.drain(makeLog("error", { write: () => undefined }));
  before.send("}");
  after.send("}");
  expect((await before.answer()).status).toBe(200);
  expect((await after.answer()).status).toBe(200);
  await Promise.all([renewing, draining]);
  await expect(textOf(answering.url)).rejects.toThrow();
});

onLinux("a server that drains does not listen again", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "p.sock");
  const answering = await Answering.on({ path });
  using connection = await answering.pending(`unix:${path}`);
  const draining = answering.server.drain(makeLog("error", { write: () => undefined }));
  const renewing = answering.server.renew(hasRoom);
  expect(existsSync(path)).toBe(false);
  connection.send("}");
  await Promise.all([renewing, draining]);
});

test("no second one listens on the same port, also after it was renewed", async () => {
  const { server } = await Answering.on(ANY_PORT);
  const [address = ANY_PORT] = server.addresses;
  await expect(Answering.on(address)).rejects.toThrow("is in use by another program");
  if (process.platform === "linux") await server.renew(hasRoom);
  await expect(Answering.on(address)).rejects.toThrow("is in use by another program");
});

onLinux("a socket is there all the while, with its mode, and goes at the end", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "p.sock");
  const answering = await Answering.on({ path });
  const { ino, mode } = statSync(path);
  expect(mode & 0o777).toBe(0o640);
  using connection = await answering.pending(`unix:${path}`);
  const renewing = answering.server.renew(hasRoom);
  expect(readdirSync(directory.path)).toEqual(["p.sock"]);
  expect(statSync(path).mode).toBe(mode);
  expect(statSync(path).ino).not.toBe(ino);
  expect(await textOf("http://localhost/", path)).toBe(UNIX_PEER);
  connection.send("}");
  expect((await connection.answer()).body).toBe(UNIX_PEER);
  await renewing;
  expect(await textOf("http://localhost/", path)).toBe(UNIX_PEER);
  await answering.server.stop();
  expect(readdirSync(directory.path)).toEqual([]);
});

onLinux("a socket that another server put there meanwhile stays", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "p.sock");
  const { server } = await Answering.on({ path });
  rmSync(path);
  await Answering.on({ path });
  await server.stop();
  expect(await textOf("http://localhost/", path)).toBe(UNIX_PEER);
});

onLinux("where one address cannot be listened on anew, it goes on, and the others are renewed", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "sockets", "p.sock");
  mkdirSync(dirname(path));
  const answering = await Answering.on({ path }, ANY_PORT);
  using bySocket = await answering.pending(`unix:${path}`);
  using byPort = await RawConnection.open(answering.url);
  byPort.send(PART);
  await textOf(answering.url);
  rmSync(dirname(path), { recursive: true });
  await expect(answering.server.renew(hasRoom)).rejects.toThrow();
  await byPort.closed;
  bySocket.send("}");
  expect((await bySocket.answer()).status).toBe(200);
  expect(await textOf(answering.url)).toBe("127.0.0.1");
  mkdirSync(dirname(path));
  await answering.server.renew(hasRoom);
  expect(existsSync(path)).toBe(true);
  expect(await textOf("http://localhost/", path)).toBe(UNIX_PEER);
});
