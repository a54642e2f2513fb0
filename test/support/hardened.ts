import { expect } from "bun:test";

/** That an answer is not to be framed, sniffed or loaded by another site, and neither sets a cookie nor shares itself. */
export function expectHardened(headers: Headers, label = ""): void {
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy, label).toStartWith("default-src 'none'");
  for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
    expect(policy, label).toContain(directive);
  expect(policy, label).not.toContain("unsafe");
  expect(headers.get("x-content-type-options"), label).toBe("nosniff");
  expect(headers.get("referrer-policy"), label).toBe("no-referrer");
  expect(headers.get("x-frame-options"), label).toBe("DENY");
  expect(headers.get("cross-origin-resource-policy"), label).toBe("same-origin");
  expect(headers.get("cross-origin-opener-policy"), label).toBe("same-origin");
  expect(headers.get("trace-id"), label).toMatch(/^[0-9a-f]{32}$/);
  for (const name of headers.keys()) expect(name, label).not.toMatch(/^(set-cookie|access-control-|server$)/);
}
