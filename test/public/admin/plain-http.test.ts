import { expect, test } from "bun:test";
import { isReadableOnTheWay } from "../../../public/plain-http.ts";

test.each([
  ["http://localhost:8080/", false],
  ["http://LOCALHOST/", false],
  ["http://localhost./", false],
  ["http://publisher.localhost/", false],
  ["http://127.0.0.1:8080/", false],
  ["http://127.1/", false],
  ["http://127.255.255.254/", false],
  ["http://0x7f.0.0.1/", false],
  ["http://[::1]:8080/", false],
  ["http://[0:0:0:0:0:0:0:1]/", false],
  ["https://publisher.example/", false],
  ["https://10.0.0.1/", false],
  ["http://publisher.example/", true],
  ["http://10.0.0.1:8080/", true],
  ["http://192.168.1.5/", true],
  ["http://128.0.0.1/", true],
  ["http://[::2]/", true],
  ["http://[fe80::1]/", true],
  ["http://0.0.0.0:8080/", true],
  ["http://notlocalhost/", true],
  ["http://localhost.example/", true],
  ["http://127.0.0.1.example/", true],
  ["http://x127.0.0.1.example/", true],
  ["http://xlocalhost/", true],
])("others can read what %s sends: %p", (address, isReadable) => {
  expect(isReadableOnTheWay(new URL(address))).toBe(isReadable);
});
