import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { EchoUpstream } from "../support/proxies/echo-upstream.ts";
import { type Answering, RawServer, type SeenRequest } from "../support/proxies/raw-server.ts";
import {
  describeProxies,
  IS_ANY_INSTALLED,
  type Runnable,
  type RunningProxies,
  startDocumented,
  stopProxies,
} from "../support/proxies/running-proxy.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** Far more than the 5 seconds that a proxy waits for Publisher. */
const PATIENCE_MS = 15_000;

const ID = "Publisher-Token-Id: atok_1";
const ACCESS = "Publisher-Access: read";

function answer(status: string, fields: readonly string[] = [], body = "hello"): () => string {
  const head = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${body.length}`];
  return () => `${head.join("\r\n")}\r\n\r\n${body}`;
}

type Answers = Readonly<Record<string, (question: SeenRequest) => string | null>>;

/** Answers of programs that are not Publisher. */
const WRONG: Answers = {
  plain: answer("200 OK", ["Content-Type: text/html"]),
  empty: answer("200 OK", [], ""),
  "empty-id": answer("200 OK", ["Publisher-Token-Id:", ACCESS]),
  "blank-id": answer("200 OK", ["Publisher-Token-Id:  ", ACCESS]),
  "no-id": answer("200 OK", [ACCESS]),
  "other-id": answer("200 OK", ["Publisher-Token-Id: {http.request.header.X}", ACCESS]),
  "bare-id": answer("200 OK", ["Publisher-Token-Id: atok_", ACCESS]),
  "listed-ids": answer("200 OK", ["Publisher-Token-Id: atok_1, atok_2", ACCESS]),
  "more-than-an-id": answer("200 OK", ["Publisher-Token-Id: atok_1;x", ACCESS]),
  "no-access": answer("200 OK", [ID]),
  "empty-access": answer("200 OK", [ID, "Publisher-Access:"]),
  "other-access": answer("200 OK", [ID, "Publisher-Access: admin"]),
  "longer-access": answer("200 OK", [ID, "Publisher-Access: reader"]),
  "upper-case-access": answer("200 OK", [ID, "Publisher-Access: READ"]),
  "listed-access": answer("200 OK", [ID, "Publisher-Access: read, write"]),
  created: answer("201 Created", [ID, ACCESS]),
  "no-content": () => `HTTP/1.1 204 No Content\r\n${ID}\r\n${ACCESS}\r\n\r\n`,
  partial: answer("206 Partial Content", [ID, ACCESS]),
  redirect: answer("302 Found", [ID, ACCESS, "Location: /"]),
  "not-modified": () => `HTTP/1.1 304 Not Modified\r\n${ID}\r\n${ACCESS}\r\n\r\n`,
  missing: answer("404 Not Found", [ID, ACCESS]),
  broken: answer("500 Internal Server Error", [ID, ACCESS]),
  // A mirror answers with the headers of the question.
  mirror: (question) => `HTTP/1.1 200 OK\r\n${mirrored(question)}Content-Length: 0\r\n\r\n`,
};

const HANGING: Answers = {
  silent: () => "",
  "half-head": () => `HTTP/1.1 200 OK\r\n${ID}\r\n`,
};

const ANSWERS: Answers = {
  ...WRONG,
  ...HANGING,
  "half-refusal": () => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nhalf",
  reset: () => null,
  "two-ids": answer("200 OK", [ID, "Publisher-Token-Id: atok_2", ACCESS]),
  "two-accesses": answer("200 OK", [ID, ACCESS, "Publisher-Access: write"]),
  right: answer("200 OK", [ID, ACCESS], ""),
};

function mirrored({ headers }: SeenRequest): string {
  return headers
    .filter(([name]) => !/^(content-length|connection|host|transfer-encoding)$/i.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

/** Another program on Publisher's port: the token names its answer. */
class FakePublisher extends RawServer {
  protected answer(question: SeenRequest): Answering {
    const [, token = ""] = question.headers.find(([name]) => name.toLowerCase() === "authorization") ?? [];
    return ANSWERS[token.replace("Bearer ", "")]?.(question) ?? null;
  }
}

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

const publisher = new FakePublisher();
const upstream = new EchoUpstream();
let proxies: RunningProxies;

beforeAll(async () => {
  if (!IS_ANY_INSTALLED) return;
  opened.use(await publisher.listen());
  opened.use(await upstream.listen());
  const values = { audience: "wiki", publisher: publisher.address, service: upstream.address };
  proxies = await startDocumented(values);
  opened.defer(() => stopProxies(proxies));
});

/** Returns the status that the client of a proxy gets. */
async function ask(kind: Runnable, token: string, target = `/${kind}/${token}`): Promise<number> {
  const fields = ["Host: wiki.example", `Authorization: Bearer ${token}`, ID, ACCESS];
  const port = proxies.get(kind)?.port ?? 0;
  const { answers } = await exchange(port, [rawRequest({ method: "GET", target, fields })], 1, PATIENCE_MS);
  return answers[0]?.status ?? 0;
}

/** Expects that the service gets no request while the client gets such an answer. */
async function expectNothingPassed(kind: Runnable, name: string, isRefusal: (status: number) => boolean) {
  const before = upstream.seen.length;
  const status = await ask(kind, name);
  expect([name, isRefusal(status), upstream.seen.length]).toEqual([name, true, before]);
}

describeProxies((kind) => {
  test("passes a 200 with the id and the access of a token, so that these tests can fail", async () => {
    expect(await ask(kind, "right")).toBe(200);
  });

  test("passes nothing where another program answers", async () => {
    for (const name of Object.keys(WRONG)) await expectNothingPassed(kind, name, (status) => status >= 500);
  });

  test("shows a token at most twice to a program that does not answer", async () => {
    // The second time is for a connection that was closed while nobody used it.
    for (const before of ["", "right", "reset"]) {
      if (before !== "") await ask(kind, before);
      const questions = publisher.seen.length;
      expect(await ask(kind, "reset")).toBeOneOf([500, 502, 503]);
      expect([before, publisher.seen.length - questions <= 2]).toEqual([before, true]);
    }
  });

  // nginx before 1.23 knows only the first of two headers, and passes on no other.
  test.skipIf(kind === "nginx")("passes nothing where a header of the answer comes twice", async () => {
    for (const name of ["two-ids", "two-accesses"])
      await expectNothingPassed(kind, name, (status) => status === 503);
  });
});

test.skipIf(!IS_ANY_INSTALLED)("no proxy waits long for a Publisher that does not answer", async () => {
  const kinds = [...proxies.keys()];
  // A proxy may ask a second time where its connection is an older one.
  for (const kind of kinds) expect(await ask(kind, "right")).toBe(200);
  const before = [upstream.seen.length, publisher.seen.length];
  const asked = kinds.flatMap((kind) => Object.keys(HANGING).map((name) => ({ kind, name })));
  const [statuses, halves] = await Promise.all([
    Promise.all(asked.map(async ({ kind, name }) => await ask(kind, name))),
    // Of this one Caddy passes on the half that came, and then closes the connection.
    Promise.all(kinds.map(async (kind) => await ask(kind, "half-refusal"))),
  ]);
  expect(statuses.filter((status) => status < 500)).toEqual([]);
  expect(halves.filter((status) => status > 0 && status < 400)).toEqual([]);
  const questions = statuses.length + halves.length;
  expect([upstream.seen.length, publisher.seen.length]).toEqual([
    before[0] ?? 0,
    (before[1] ?? 0) + questions,
  ]);
});
