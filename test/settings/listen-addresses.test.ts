import { expect, test } from "bun:test";
import { join } from "node:path";
import { listenAddressFrom, SOCKET_PATH_BYTES } from "../../src/settings/listen-addresses.ts";

test.each([
  ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["my-host.example:65535", { host: "my-host.example", port: 65_535 }],
  ["[::1]:8080", { host: "::1", port: 8080 }],
  ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
  ["unix:/run/publisher/publisher.sock", { path: "/run/publisher/publisher.sock" }],
  ["unix:/run/a b:c", { path: "/run/a b:c" }],
  ["unix:/run/../run//p.sock", { path: "/run/p.sock" }],
  ["unix:p.sock", { path: join(process.cwd(), "p.sock") }],
  ["unix:./@p.sock", { path: join(process.cwd(), "@p.sock") }],
  [`unix:/${"x".repeat(SOCKET_PATH_BYTES - 1)}`, { path: `/${"x".repeat(SOCKET_PATH_BYTES - 1)}` }],
])("%p is somewhere to listen", (text, address) => {
  expect(listenAddressFrom(text)).toEqual(address);
});

test.each([
  ..."8080 :8080 127.0.0.1 127.0.0.1: 127.0.0.1:65536 127.0.0.1:http ::1:8080 [127.0.0.1]:8080".split(" "),
  ..."[localhost]:8080 [::1] http://localhost:80 *:80 /run/p.sock unix: unix:@publisher UNIX:/p".split(" "),
  ...["", "a b:1", "unix:\0publisher", "unix:/run/a\0b", "unix:/run/a\uFFFDb", "unix:/run/publisher/"],
  `unix:/${"x".repeat(SOCKET_PATH_BYTES)}`,
  `unix:/${"é".repeat(SOCKET_PATH_BYTES / 2 + 1)}`,
  // Linux takes 107 bytes, and this path has 108.
  `unix:/${"x".repeat(107)}`,
])("%p is nowhere", (text) => {
  expect(listenAddressFrom(text)).toBeNull();
});
