import { expect, test } from "bun:test";
import { TrustedProxies, trustedProxies } from "../../src/settings/trusted-proxies.ts";

test.each([
  ..."192.0.2.1 10.0.0.0/8 0.0.0.0/0 1.2.3.4/32 ::1 2001:db8::/32 ::/0 ::ffff:10.0.0.0/104 unix".split(" "),
])("%p can be trusted", (text) => {
  expect(new TrustedProxies().add(text)).toBe(true);
});

test.each([
  ..."localhost 10.0.0.0/33 10.0.0.0/-1 10.0.0.0/ 10.0.0.0/8/8 10.0.0/8 10.0.0.0/255.0.0.0 /8".split(" "),
  ..."::/129 ::1%lo [::1] ::ffff:10.0.0.0/95 127.0.0.1:80 * unix:/run/x.sock UNIX".split(" "),
  ...["", " ", " 127.0.0.1", "127.0.0.1 ::1"],
])("%p cannot be trusted", (text) => {
  const proxies = new TrustedProxies();
  expect(proxies.add(text)).toBe(false);
  expect(proxies.isEmpty).toBe(true);
});

test("a list may have white space after its commas", () => {
  const proxies = trustedProxies("10.0.0.0/8, 2001:db8::/32 ,::1");
  for (const address of ["10.1.1.1", "2001:db8::1", "::1"]) expect(proxies.has(address)).toBe(true);
  for (const address of ["11.0.0.0", "2001:db9::", "::2"]) expect(proxies.has(address)).toBe(false);
  expect(proxies.hasUnix).toBe(false);
});
