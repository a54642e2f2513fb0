import { expect, test } from "bun:test";
import fc from "fast-check";
import { pathIssue } from "../../src/http/request-target.ts";
import { words } from "../support/words.ts";

/** Pieces of paths, each with a meaning for some program. */
const PIECES = [
  ...words`
    / / / a b . .. ... \ ; # : ~ %2e %2E %2f %5c %5C %3b %23 %3f %25 %20 %00 %0a %7f %61 %c3%a9
    %c0%ae %ff % %2 %zz %25%32e 2e 2f`,
  " ",
  "\u00e9",
];

/** Changes that hops between a client and a service make to a path. */
const HOPS: readonly ((path: string) => string)[] = [
  (path) => path,
  decoded,
  (path) => decoded(decoded(path)),
  (path) => path.replaceAll("\\", "/"),
  (path) => decoded(path).replaceAll("\\", "/"),
  (path) => path.replaceAll(/;[^/]*/g, ""),
  (path) => decoded(path).replaceAll(/;[^/]*/g, ""),
  (path) => path.replaceAll(/\/{2,}/g, "/"),
  (path) => path.replace(/#.*/s, ""),
  (path) => decoded(path).replace(/[?#].*/s, ""),
  (path) => decoded(path).replace(/\0.*/s, ""),
  (path) =>
    path.replaceAll(/[. ]+(?=\/|$)/g, (end) => (end === ".." ? end : end.replaceAll(/\.{3,}| /g, ""))),
];

/** Decodes each escape, and leaves a wrong one as it is. */
function decoded(path: string): string {
  const bytes = Buffer.from(path).toString("latin1");
  const replaced = bytes.replaceAll(/%([\da-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(replaced, "latin1").toString();
}

/** The number of segments once the dots are resolved. */
function depth(path: string): number {
  const segments: string[] = [];
  for (const segment of path.split("/").slice(1)) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return segments.length;
}

/** Returns the segments as Bun's router decodes them, and null if no route fits. */
function segmentsOf(path: string): readonly string[] | null {
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  return segments.includes("") ? null : segments.map((segment) => decodedStrictly(segment));
}

function decodedStrictly(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "\ufffd";
  }
}

test("no hop gives an accepted path other segments", () => {
  let letThrough = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }), (pieces) => {
      const path = `/${pieces.join("")}`;
      const segments = segmentsOf(path);
      if (segments === null || pathIssue(segments, new URL(`http://x${path}`).href) !== null) return;
      letThrough += 1;
      for (const hop of HOPS) expect([path, depth(hop(path))]).toEqual([path, depth(path)]);
      expect(depth(path)).toBe(path.split("/").length - 1);
    }),
    { numRuns: 20_000, examples: [[["a", "/", "b"]], [["a", ";", "/", "%61"]]] },
  );
  expect(letThrough).toBeGreaterThan(100);
});
