import { expect, test } from "bun:test";
import { portErrorMessage } from "../../../src/server/listening/port-errors.ts";

const failing = (code: string) => Object.assign(new Error(`${code}: listen`), { code });

test.each(["EADDRINUSE", "EINVAL", "EAGAIN", "ENOTFOUND", "EADDRNOTAVAIL"])(
  "a name without an address is blamed, and never the port, though Bun says %s",
  async (code) => {
    for (const host of ["a..b", "999.1.1.1"])
      expect(await portErrorMessage({ host, port: 8080 }, failing(code))).toBe(
        `Publisher cannot listen on ${host}: the name has no address. Choose another with --host, such as 127.0.0.1.`,
      );
  },
);

test.each(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"])(
  "an address of another machine is blamed, and never the port: %s",
  async (code) => {
    for (const host of ["192.0.2.1", "fe80::1%nowhere"])
      expect(await portErrorMessage({ host, port: 8080 }, failing(code))).toBe(
        `Publisher cannot listen on ${host}: this machine does not have that address. Choose another with --host, such as 127.0.0.1.`,
      );
  },
);

test("a port is blamed where it is taken or closed to this user", async () => {
  for (const host of ["127.0.0.1", "localhost"]) {
    const address = { host, port: 80 };
    expect(await portErrorMessage(address, failing("EADDRINUSE"))).toStartWith(
      `Port 80 on ${host} is in use`,
    );
    expect(await portErrorMessage(address, failing("EACCES"))).toStartWith(
      "Port 80 may not be used by this user",
    );
  }
});

test("any other error has its own words", async () => {
  expect(await portErrorMessage({ host: "::1", port: 1 }, failing("EMFILE"))).toBe(
    "Publisher cannot listen on ::1, port 1: EMFILE: listen.",
  );
});
