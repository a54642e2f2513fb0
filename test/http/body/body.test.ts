import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readObject } from "../../../src/http/body/body.ts";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import { ENDPOINTS } from "../../support/http/endpoints.ts";
import { type ExpectedIssue, expectFailure, expectIssues } from "../../support/http/failures.ts";
import { FORM, INTROSPECT } from "../../support/http/introspection.ts";
import { words } from "../../support/words.ts";

const api = useTestApi({ per: "file" });

const NO_OBJECT = { path: "", message: "must be a JSON object" };
const NO_JSON = { path: "", message: "must be valid JSON" };
const NO_UTF8 = { path: "", message: "must be valid UTF-8" };
const TOO_DEEP = { path: "", message: "must not be nested deeper than 32 levels" };

function twice(path: string): ExpectedIssue {
  return { path, message: "must be given only once" };
}

function bytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}

const NO_BODIES: readonly (readonly [name: string, body: string | Uint8Array, issue: ExpectedIssue])[] = [
  ["nothing", "", NO_OBJECT],
  ["blanks", " \r\n\t", NO_OBJECT],
  ["null", "null", NO_OBJECT],
  ["a number", "1", NO_OBJECT],
  ["a huge number", "1e999", NO_OBJECT],
  ["a string", '"access"', NO_OBJECT],
  ["a boolean", "true", NO_OBJECT],
  ["an array", "[]", NO_OBJECT],
  ["an array with an object", '[{"access":"read"}]', NO_OBJECT],
  ["an object cut short", '{"access":"read"', NO_JSON],
  ["an object and more", "{}{}", NO_JSON],
  ["a comma too many", '{"access":"read",}', NO_JSON],
  ["a comment", '{/**/"access":"read"}', NO_JSON],
  ["single quotes", "{'access':'read'}", NO_JSON],
  ["names without quotes", "{access:1}", NO_JSON],
  ["NaN", '{"access":NaN}', NO_JSON],
  ["a raw newline in a string", '{"access":"re\nad"}', NO_JSON],
  ["a form", "access=read", NO_JSON],
  ["UTF-16", Buffer.from('{"access":"read"}', "utf16le"), NO_JSON],
  ["a byte that is no UTF-8", bytes(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), NO_UTF8],
  ["an overlong form", bytes(0x7b, 0xc0, 0xa2, 0x7d), NO_UTF8],
  ["half a surrogate pair in UTF-8", bytes(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d), NO_UTF8],
  ["a character cut short", bytes(0x7b, 0x7d, 0xe2, 0x82), NO_UTF8],
  ["6,000 arrays", "[".repeat(6000) + "]".repeat(6000), TOO_DEEP],
  ["30,000 arrays", "[".repeat(30_000) + "]".repeat(30_000), TOO_DEEP],
  ["5,500 objects", `${'{"access":'.repeat(5500)}1${"}".repeat(5500)}`, TOO_DEEP],
  ["33 levels", `${'{"a":'.repeat(33)}1${"}".repeat(33)}`, TOO_DEEP],
  ["32 lists in an object", `{"a":${"[".repeat(32)}${"]".repeat(32)}}`, TOO_DEEP],
  ["31 lists between objects", `{"a":${"[".repeat(31)}{}${"]".repeat(31)}}`, TOO_DEEP],
  ["a name twice in a list", '[{"a":1,"a":2},0]', twice("[0].a")],
  ["a name twice", '{"access":"read","access":"write"}', twice("access")],
  ["a name twice, once escaped", '{"access":"read","\\u0061ccess":"write"}', twice("access")],
  ["a name twice with the same value", '{"id":"atok_0","id":"atok_0"}', twice("id")],
  ["__proto__ twice", '{"__proto__":{},"__proto__":{}}', twice("__proto__")],
];

describe("a body that is no JSON object is refused by every endpoint:", () => {
  test.each(NO_BODIES)("%s", async (_, body, issue) => {
    for (const { path } of ENDPOINTS)
      expectIssues(await api.send(`/publisher.v1/${path}`, { body }), [issue], path);
  });
});

describe("a body inside the limits is read:", () => {
  test.each([
    ["blanks around it", " \r\n\t{} \n"],
    ["a byte order mark", "\ufeff{}"],
    ["exactly 64 KiB", `{}${" ".repeat(65_534)}`],
  ])("%s", async (_, body) => {
    for (const endpoint of ["list", "current"])
      expect((await api.send(`/publisher.v1/api-token/${endpoint}`, { body })).status, endpoint).toBe(200);
  });

  test("32 levels, which are then an unknown parameter", async () => {
    const body = `${'{"a":'.repeat(32)}1${"}".repeat(32)}`;
    const answer = await api.send("/publisher.v1/api-token/current", { body });
    expectIssues(answer, [{ path: "a", message: "is not a known parameter" }]);
  });

  test("the same name in different objects", async () => {
    const filters = '[{"key":"access","eq":"read"},{"key":"access","eq":"read"}]';
    const answer = await api.send("/publisher.v1/api-token/list", { body: `{"filters":${filters}}` });
    expect(answer.json.data).toHaveLength(1);
  });

  test("brackets, colons and escaped quotes in a string are no structure", async () => {
    const description = `${'":{["\\'.repeat(60)}"access":`;
    const answer = await api.call("api-token/create", { access: "read", description });
    expect(answer.json.description).toBe(description);
  });
});

test("64 KiB and one byte are too much for every endpoint", async () => {
  const sent: readonly Sent[] = [
    { body: `{}${" ".repeat(65_535)}` },
    { body: `{"description":"${"é".repeat(32_761)}"}` },
    { body: new Uint8Array(1_000_000) },
    { headers: { "content-length": "65537" } },
    { headers: { "content-length": "99999999999999" } },
  ];
  for (const each of sent) {
    for (const { path } of ENDPOINTS) {
      const answer = await api.send(`/publisher.v1/${path}`, each);
      expectFailure(answer, "payload_too_large", { data: { limit_bytes: 65536 }, label: path });
    }
  }
});

test("an endpoint without parameters takes none", async () => {
  expectIssues(await api.call("api-token/current", { id: "atok_0", limit: 1 }), [
    { path: "id", message: "is not a known parameter" },
    { path: "limit", message: "is not a known parameter" },
  ]);
});

describe("media types that are taken:", () => {
  test.each([
    "application/json",
    "APPLICATION/JSON",
    "Application/Json; Charset=UTF-8",
    "application/json;charset=utf-8",
    'application/json; charset="utf-8"',
    "application/json ; charset=utf-8",
    "application/json; charset=utf-8; profile=x",
    "application/json; profile=x; charset=utf-8",
    'application/json; profile="a,b"',
    "application/json;",
  ])("%s", async (type) => {
    const answer = await api.send("/publisher.v1/api-token/list", { headers: { "content-type": type } });
    expect(answer.status).toBe(200);
  });
});

describe("media types that are refused:", () => {
  test.each([
    "",
    ...words`
      json text/plain text/json application/x-www-form-urlencoded application/jsonp application/json+x
      application/json-patch+json application/problem+json xapplication/json`,
    "text/plain; j",
    "text/plain; application/json",
    "multipart/form-data; boundary=x",
    "application/ json",
    "application/json, text/plain",
    "application/json charset=utf-8",
    "application/json; charset=latin1",
    "application/json; charset=utf-16",
    'application/json; charset="iso-8859-1"',
    "application/json; charset=utf-80",
    "application/json; charset=utf-8; charset=latin1",
    "application/json; charset=",
    "application/json; x=y, text/plain",
    "application/json; charset=utf-8; x=y, application/json",
  ])("%p", async (type) => {
    for (const { path } of ENDPOINTS) {
      const answer = await api.send(`/publisher.v1/${path}`, { headers: { "content-type": type } });
      expectFailure(answer, "unsupported_media_type", { label: path });
    }
  });
});

test.each([
  ['{"pagination":{"limit":1,"limit":2}}', "pagination.limit"],
  ['{"sorts":[],"sorts":[]}', "sorts"],
  ['{"sorts":["a","b"],"filters":[],"sorts":[]}', "sorts"],
  ['{"filters":[{"key":"id","exists":true},{"key":"id","key":"id","exists":true}]}', "filters[1].key"],
  ['{"sorts":[{"key":"id","direction":"asc","direction":"desc"}]}', "sorts[0].direction"],
  ['{"filters":[{"or":[{"and":[{"key":"id","eq":"atok_0","eq":"atok_1"}]}]}]}', "filters[0].or[0].and[0].eq"],
])("the issue of a name that is given twice has its whole path: %s", async (body, path) => {
  const answer = await api.send("/publisher.v1/api-token/list", { body });
  expectIssues(answer, [{ path, message: "must be given only once" }]);
});

/** JSON as text, and whether an object in it has a name twice. */
interface Written {
  readonly text: string;
  readonly repeats: boolean;
}

/** An object of any depth, with signs of structure in its strings. */
function writtenObject(): fc.Arbitrary<Written> {
  const string = fc.constantFrom("a", "b", ":", "{", "}", "[", ",", '"', "\\", "a:b", "");
  const { object } = fc.letrec<{ any: Written; list: Written; object: Written }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      string.map((text) => ({ text: JSON.stringify(text), repeats: false })),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("any"), { maxLength: 4 }).map((items) => ({
      text: `[${items.map(({ text }) => text).join(",")}]`,
      repeats: items.some(({ repeats }) => repeats),
    })),
    object: fc.array(fc.tuple(string, tie("any")), { maxLength: 4 }).map((fields) => ({
      text: `{${fields.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join(",")}}`,
      repeats:
        new Set(fields.map(([name]) => name)).size < fields.length ||
        fields.some(([, { repeats }]) => repeats),
    })),
  }));
  return object;
}

test("a body is refused if an object in it has a name twice, and for no sign in its strings", async () => {
  const property = fc.asyncProperty(writtenObject(), async ({ text, repeats }) => {
    const headers = { "content-type": "application/json" };
    const reading = readObject(new Request("http://localhost/", { method: "POST", headers, body: text }));
    expect(
      await reading.then(
        () => false,
        () => true,
      ),
    ).toBe(repeats);
  });
  await fc.assert(property, { numRuns: 2000 });
});

const COMPRESSED = Buffer.from(Bun.gzipSync('{"access":"read"}'));

describe("a compressed body is refused, and the answer says so:", () => {
  const codings = words`gzip GZIP x-gzip br deflate zstd compress * x`;
  test.each([...codings, "gzip, identity", "identity, gzip"])("%s", async (coding) => {
    for (const body of [COMPRESSED, '{"access":"read"}', ""]) {
      for (const { path } of ENDPOINTS) {
        const headers = { "content-encoding": coding };
        const answer = await api.send(`/publisher.v1/${path}`, { headers, body });
        expectFailure(answer, "unsupported_media_type", { label: path });
        expect(answer.json.error.message).toStartWith("Content-Encoding must ");
        expect(answer.headers.get("accept-encoding")).toBe("identity");
      }
      const headers = { "content-encoding": coding, "content-type": FORM };
      const { status, json } = await api.send(INTROSPECT, { headers, body });
      expect([status, json.error]).toEqual([415, "invalid_request"]);
      expect(json.error_description).toStartWith("Content-Encoding must ");
    }
  });
});

test("identity counts as no coding, in any case and any number", async () => {
  for (const coding of ["identity", "IDENTITY", "identity, identity", "", " , ", "identity,"]) {
    const headers = { "content-encoding": coding };
    const answer = await api.send("/publisher.v1/api-token/list", { headers });
    expect([coding, answer.status]).toEqual([coding, 200]);
  }
});
