import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { givenFirstToken } from "../../src/settings/first-token-setting.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

function fromFile(path: string) {
  return givenFirstToken({ PUBLISHER_FIRST_TOKEN_FILE: path });
}

const GIVEN = { variable: "PUBLISHER_FIRST_TOKEN_FILE", secret: "sk_live_x", fault: null } as const;

test("a variable gives the secret, and an empty one does not", () => {
  expect(givenFirstToken({ PUBLISHER_FIRST_TOKEN: "anything" })).toEqual({
    variable: "PUBLISHER_FIRST_TOKEN",
    secret: "anything",
    fault: null,
  });
  expect(givenFirstToken({ PUBLISHER_FIRST_TOKEN: "", PUBLISHER_FIRST_TOKEN_FILE: "" })).toBeNull();
});

test("a file gives the secret, without white space, also behind a link as Kubernetes makes one", () => {
  using temporary = new TemporaryDirectory();
  mkdirSync(join(temporary.path, "..data"));
  writeFileSync(join(temporary.path, "..data", "token"), " sk_live_x \r\n");
  symlinkSync(join("..data", "token"), join(temporary.path, "link"));
  for (const name of ["..data/token", "link"]) expect(fromFile(join(temporary.path, name))).toEqual(GIVEN);
});

test("the fault names the variable", () => {
  using temporary = new TemporaryDirectory();
  const both = { PUBLISHER_FIRST_TOKEN: "sk_live_x", PUBLISHER_FIRST_TOKEN_FILE: "/dev/null" };
  expect(givenFirstToken(both)).toMatchObject({
    secret: null,
    fault: "PUBLISHER_FIRST_TOKEN and PUBLISHER_FIRST_TOKEN_FILE are both set; set one of them",
  });
  for (const [path, fault] of [
    [join(temporary.path, "missing"), "ENOENT"],
    [temporary.path, "EISDIR"],
    ["/dev/zero", "it has more than 4096 bytes"],
  ] as const) {
    const given = fromFile(path);
    expect(given?.secret).toBeNull();
    expect(given?.fault).toStartWith(`PUBLISHER_FIRST_TOKEN_FILE names a file that cannot be read: ${fault}`);
  }
});

describe.skipIf(Bun.which("mkfifo") === null)("a pipe", () => {
  function pipeIn({ path }: TemporaryDirectory): string {
    const pipe = join(path, "pipe");
    Bun.spawnSync(["mkfifo", pipe]);
    return pipe;
  }

  test("is read whole, from a slow writer", async () => {
    using temporary = new TemporaryDirectory();
    const pipe = pipeIn(temporary);
    const script = '{ sleep 0.3; printf sk_; sleep 0.3; echo live_x; } >"$0"';
    await using _ = Bun.spawn(["sh", "-c", script, pipe]);
    expect(fromFile(pipe)).toEqual(GIVEN);
  });

  test("without a writer is a fault", () => {
    using temporary = new TemporaryDirectory();
    expect(fromFile(pipeIn(temporary))?.fault).toEndWith("cannot be read: no program writes to this pipe");
  });
});
