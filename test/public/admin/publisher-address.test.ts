import { expect, test } from "bun:test";
import { publisherAddress } from "../../../public/admin/protect/publisher-address.ts";

test.each([
  ["http://127.0.0.1:9000/", "127.0.0.1:9000"],
  ["http://localhost:8080/", "127.0.0.1:8080"],
  ["http://[::1]:8080/", "[::1]:8080"],
  ["http://10.0.0.1:8080/", "10.0.0.1:8080"],
  ["https://tokens.example/", "127.0.0.1:8080"],
  ["https://tokens.example:8443/", "127.0.0.1:8080"],
  ["http://tokens.example/", "127.0.0.1:8080"],
])("a page that came from %s offers %s", (page, address) => {
  expect(publisherAddress(new URL(page))).toBe(address);
});
