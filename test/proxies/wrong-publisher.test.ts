import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { exchange, rawRequest } from "../support/http/exchange.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { EchoUpstream } from "../support/proxies/echo-upstream.ts";
import { FakePublisher } from "../support/proxies/fake-publisher.ts";
import {
  COMMANDS,
  RUNNABLE,
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

/** What a program that is not Publisher may answer. */
const WRONG: Readonly<Record<string, (question: string) => string>> = {
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
  // A mirror sends back as headers of its answer whatever headers it gets.
  mirror: (question) => `HTTP/1.1 200 OK\r\n${mirrored(question)}Content-Length: 0\r\n\r\n`,
};

const HANGING: Readonly<Record<string, (question: string) => string>> = {
  silent: () => "",
  "half-head": () => `HTTP/1.1 200 OK\r\n${ID}\r\n`,
};

const HALF_REFUSAL = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nhalf";

const ANSWERS = {
  ...WRONG,
  ...HANGING,
  "half-refusal": () => HALF_REFUSAL,
  reset: () => null,
  "two-ids": answer("200 OK", [ID, "Publisher-Token-Id: atok_2", ACCESS]),
  "two-accesses": answer("200 OK", [ID, ACCESS, "Publisher-Access: write"]),
  right: answer("200 OK", [ID, ACCESS], ""),
};

function mirrored(question: string): string {
  const [, ...fields] = question.split("\r\n");
  return fields
    .filter((field) => !/^(content-length|connection|host|transfer-encoding):/i.test(field))
    .map((field) => `${field}\r\n`)
    .join("");
}

const isAnyInstalled = [...COMMANDS.values()].some((command) => command !== null);
let publisher: FakePublisher;
let upstream: EchoUpstream;
let proxies: RunningProxies;

beforeAll(async () => {
  if (!isAnyInstalled) return;
  [publisher, upstream] = await Promise.all([FakePublisher.start(ANSWERS), EchoUpstream.start()]);
  const values = { audience: "wiki", publisher: publisher.address, service: upstream.address };
  proxies = await startDocumented(values);
});

afterAll(async () => {
  if (!isAnyInstalled) return;
  await stopProxies(proxies);
  await publisher[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** The status that the client of a proxy gets, with the token that names the answer. */
async function ask(kind: Runnable, token: string, target = `/${kind}/${token}`): Promise<number> {
  const fields = ["Host: wiki.example", `Authorization: Bearer ${token}`, ID, ACCESS];
  const port = proxies.get(kind)?.port ?? 0;
  const { answers } = await exchange(port, [rawRequest({ method: "GET", target, fields })], 1, PATIENCE_MS);
  return answers[0]?.status ?? 0;
}

for (const kind of RUNNABLE) {
  describe.skipIf(COMMANDS.get(kind) === null)(kind, () => {
    test("lets a 200 with the id and the access of a token through, so that these tests can fail", async () => {
      expect(await ask(kind, "right")).toBe(200);
    });

    test("lets nothing through where another program answers", async () => {
      for (const name of Object.keys(WRONG)) {
        const before = upstream.seen.length;
        const status = await ask(kind, name);
        expect([name, upstream.seen.length]).toEqual([name, before]);
        expect([name, status >= 500]).toEqual([name, true]);
      }
    });

    test("shows a token at most twice to a program that answers nothing", async () => {
      // The second time is for a connection that was closed while nobody used it.
      for (const before of ["", "right", "reset"]) {
        if (before !== "") await ask(kind, before);
        const { questions } = publisher;
        expect(await ask(kind, "reset")).toBeOneOf([500, 502, 503]);
        expect([before, publisher.questions - questions]).toBeOneOf([
          [before, 1],
          [before, 2],
        ]);
      }
    });

    // nginx before 1.23 knows only the first of two headers, and passes on no other.
    test.skipIf(kind === "nginx")(
      "lets nothing through where a header of the answer comes twice",
      async () => {
        for (const name of ["two-ids", "two-accesses"]) {
          const before = upstream.seen.length;
          expect([name, await ask(kind, name)]).toEqual([name, 503]);
          expect([name, upstream.seen.length]).toEqual([name, before]);
        }
      },
    );
  });
}

test.skipIf(!isAnyInstalled)("no proxy waits long for a Publisher that does not answer", async () => {
  // A proxy may ask a second time where its connection is an older one.
  for (const kind of proxies.keys()) expect(await ask(kind, "right")).toBe(200);
  const before = upstream.seen.length;
  const askedBefore = publisher.questions;
  const kinds = [...proxies.keys()];
  const asked = kinds.flatMap((kind) => Object.keys(HANGING).map((name) => ({ kind, name })));
  const [statuses, halves] = await Promise.all([
    Promise.all(asked.map(async ({ kind, name }) => await ask(kind, name))),
    // Of this one Caddy passes on the half that came, and then closes the connection.
    Promise.all(kinds.map(async (kind) => await ask(kind, "half-refusal"))),
  ]);
  expect(statuses.filter((status) => status < 500)).toEqual([]);
  expect(halves.filter((status) => status > 0 && status < 400)).toEqual([]);
  expect(upstream.seen.length).toBe(before);
  expect(publisher.questions - askedBefore).toBe(statuses.length + halves.length);
});
