import { describe, expect, test } from "bun:test";
import { ClientAddresses, UNIX_PEER } from "../../../src/http/auth/client-address.ts";
import { trustedProxies } from "../../../src/settings/trusted-proxies.ts";

function clientsBehind(proxies: readonly string[]): ClientAddresses {
  return new ClientAddresses(trustedProxies(proxies.join(",")));
}

const TRUSTED = clientsBehind([
  "127.0.0.1",
  "10.1.2.3/8",
  "192.0.2.128/25",
  "2001:db8::/33",
  "::1",
  "::ffff:198.51.100.0/120",
]);

describe("a forwarded address counts only from a trusted peer:", () => {
  const PEERS: readonly (readonly [peer: string, isTrusted: boolean])[] = [
    ["127.0.0.1", true],
    ["::ffff:127.0.0.1", true],
    ["::ffff:7f00:1", true],
    ["127.0.0.2", false],
    ["10.0.0.0", true],
    ["10.255.255.255", true],
    ["9.255.255.255", false],
    ["11.0.0.0", false],
    ["192.0.2.128", true],
    ["192.0.2.127", false],
    ["198.51.100.7", true],
    ["198.51.101.7", false],
    ["2001:db8::5", true],
    ["2001:0DB8:7fff:ffff::", true],
    ["2001:db8:8000::", false],
    ["2001:db9::", false],
    ["::1", true],
    ["0:0:0:0:0:0:0:1", true],
    ["::127.0.0.1", false],
    ["::a00:1", false],
  ];
  test.each(PEERS)("%s", (peer, isTrusted) => {
    expect(TRUSTED.clientOf(peer, "203.0.113.9") === "203.0.113.9").toBe(isTrusted);
  });
});

test("without trusted proxies no forwarded address counts", () => {
  const nobody = clientsBehind([]);
  for (const peer of ["127.0.0.1", "::1", "10.0.0.1"])
    expect(nobody.clientOf(peer, "203.0.113.9")).toBe(peer);
  expect(nobody.clientOf("::ffff:127.0.0.1", "203.0.113.9")).toBe("127.0.0.1");
});

test("a request by a Unix socket has the forwarded address if sockets are trusted, or none", () => {
  const sockets = clientsBehind(["unix", "10.0.0.0/8"]);
  for (const [forwardedFor, client] of [
    ["203.0.113.9", "203.0.113.9"],
    ["6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["10.0.0.1", "10.0.0.1"],
    ["unix", null],
    ["203.0.113.9, unknown", null],
    ["", null],
    [null, null],
  ] as const) {
    expect(sockets.clientOf(UNIX_PEER, forwardedFor)).toBe(client);
    expect(TRUSTED.clientOf(UNIX_PEER, forwardedFor)).toBeNull();
    expect(clientsBehind([]).clientOf(UNIX_PEER, forwardedFor)).toBeNull();
  }
  expect(clientsBehind(["unix"]).clientOf("127.0.0.1", "203.0.113.9")).toBe("127.0.0.1");
});

test("all of one kind of address can be trusted, and the other kind is not then", () => {
  const all4 = clientsBehind(["0.0.0.0/0"]);
  const all6 = clientsBehind(["::/0"]);
  for (const peer of ["8.8.8.8", "::ffff:8.8.8.8"]) {
    expect(all4.clientOf(peer, "::9")).toBe("::9");
    expect(all6.clientOf(peer, "::9")).toBe("8.8.8.8");
  }
  expect(all4.clientOf("2001:db8::1", "::9")).toBe("2001:db8::1");
  expect(all6.clientOf("2001:db8::1", "9.9.9.9")).toBe("9.9.9.9");
});

describe("forwarded addresses are read from the right:", () => {
  const FORWARDED: readonly (readonly [header: string | null, client: string])[] = [
    [null, "127.0.0.1"],
    ["", "127.0.0.1"],
    ["203.0.113.9", "203.0.113.9"],
    ["  203.0.113.9\t", "203.0.113.9"],
    ["6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["203.0.113.9,10.0.0.1,::1,192.0.2.200", "203.0.113.9"],
    ["6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["10.0.0.2, 10.0.0.1", "10.0.0.2"],
    ["203.0.113.9:4711, 10.0.0.1:80", "203.0.113.9"],
    ["[2001:db9::7]:4711", "2001:db9::7"],
    ["[2001:db9::7]", "2001:db9::7"],
    ["2001:DB9:0:0::7", "2001:db9::7"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["[::ffff:cb00:7109]:1, ::ffff:10.0.0.1", "203.0.113.9"],
    ["203.0.113.9, unknown", "127.0.0.1"],
    ["203.0.113.9, unknown, 10.0.0.1", "10.0.0.1"],
    ["203.0.113.9,, 10.0.0.1", "10.0.0.1"],
    ["203.0.113.9, 10.0.0.1,", "127.0.0.1"],
    ["203.0.113.9, 10.0.0", "127.0.0.1"],
    ["203.0.113.9, 010.0.0.1", "127.0.0.1"],
    ['"203.0.113.9"', "127.0.0.1"],
    ["203.0.113.9:x", "127.0.0.1"],
    ["[203.0.113.9", "127.0.0.1"],
    ["a\u001b[31m", "127.0.0.1"],
  ];
  test.each(FORWARDED)("%j", (header, client) => {
    expect(TRUSTED.clientOf("127.0.0.1", header)).toBe(client);
  });
});

test("no more addresses are read than a request can have come by", () => {
  const proxies = (count: number) => ", 10.0.0.1".repeat(count);
  expect(TRUSTED.clientOf("127.0.0.1", `203.0.113.9${proxies(31)}`)).toBe("203.0.113.9");
  expect(TRUSTED.clientOf("127.0.0.1", `203.0.113.9${proxies(32)}`)).toBe("10.0.0.1");
});
