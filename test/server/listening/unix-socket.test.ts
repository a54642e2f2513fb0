import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import {
  removeStaleSocket,
  sharedDirectoryWarning,
  socketErrorMessage,
} from "../../../src/server/listening/unix-socket.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

/** A socket on which nobody listens any more, as a killed server leaves it. */
async function leaveSocket(path: string): Promise<void> {
  const script = `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } }); process.kill(process.pid, "SIGKILL");`;
  await Bun.spawn([process.execPath, "-e", script]).exited;
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe("the path of a socket is cleared", () => {
  test("of one that was left behind", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "p.sock");
    await removeStaleSocket(path);
    await leaveSocket(path);
    await removeStaleSocket(path);
    expect(existsSync(path)).toBe(false);
  });

  test("of no file, directory or link, which it says, and of no socket behind a link", async () => {
    using directory = new TemporaryDirectory();
    const [file, folder, link, target] = ["file", "folder", "link", "target"].map((name) =>
      join(directory.path, name),
    ) as [string, string, string, string];
    writeFileSync(file, "mine");
    mkdirSync(folder);
    await leaveSocket(target);
    symlinkSync(target, link);
    for (const path of [file, folder, link])
      await expect(removeStaleSocket(path)).rejects.toThrow(`${path} is there already and is no socket.`);
    for (const path of [file, folder, link, target]) expect(existsSync(path)).toBe(true);
  });

  test("of none on which somebody listens", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "p.sock");
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(removeStaleSocket(path)).rejects.toThrow(
      `Another program listens on ${path}. Stop that one,`,
    );
    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });
});

/** A stopped process that listens on a socket. */
async function stoppedListener(path: string) {
  const script = `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } }); console.log("listening");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  for await (const _ of child.stdout) break;
  child.kill("SIGSTOP");
  return child;
}

test("a program that listens and does not answer keeps its socket, though its queue is full", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "p.sock");
  const child = await stoppedListener(path);
  const waiting: Socket[] = [];
  try {
    await expect(removeStaleSocket(path)).rejects.toThrow(`Another program listens on ${path}.`);
    for (let isFull = false; !isFull; ) {
      const socket = connect({ path });
      waiting.push(socket);
      isFull = await new Promise((resolve) => {
        socket.on("connect", () => resolve(false));
        socket.on("error", () => resolve(true));
      });
    }
    await expect(removeStaleSocket(path)).rejects.toThrow(`Another program listens on ${path}.`);
    expect(existsSync(path)).toBe(true);
  } finally {
    for (const socket of waiting) socket.destroy();
    child.kill("SIGKILL");
    await child.exited;
  }
});

test("each reason has a sentence with a remedy", () => {
  const failing = (code: string) =>
    socketErrorMessage("/run/p/p.sock", Object.assign(new Error(code), { code }));
  for (const code of ["ENOENT", "ENOTDIR"])
    expect(failing(code)).toBe(
      "There is no directory /run/p for the socket. Make it, or choose another path with --listen.",
    );
  for (const code of ["EACCES", "EPERM", "EROFS"])
    expect(failing(code)).toStartWith(
      "The socket /run/p/p.sock cannot be made: this user may not write to /run/p.",
    );
  expect(failing("EADDRINUSE")).toStartWith("Another program listens on /run/p/p.sock.");
  expect(failing("EIO")).toStartWith("Publisher cannot listen on /run/p/p.sock: ");
});

test.each([
  [0o700, false],
  [0o755, false],
  [0o770, false],
  [0o777, true],
  [0o1777, true],
])("a directory of mode %o is warned of: %p", (mode, isWarned) => {
  using directory = new TemporaryDirectory();
  chmodSync(directory.path, mode);
  const warning = sharedDirectoryWarning(join(directory.path, "p.sock")) ?? "";
  expect(warning.startsWith(`Anybody may write to ${directory.path}, `)).toBe(isWarned);
  expect(warning === "").toBe(!isWarned);
});

test.skipIf(process.getuid?.() !== 0)(
  "a socket or a directory of another user is left, or warned of",
  async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "p.sock");
    await leaveSocket(path);
    chownSync(path, 65_534, 65_534);
    await expect(removeStaleSocket(path)).rejects.toThrow(`${path} is the socket of another user.`);
    expect(existsSync(path)).toBe(true);
    chownSync(directory.path, 65_534, 65_534);
    expect(sharedDirectoryWarning(path)).toStartWith(`${directory.path} belongs to another user, `);
    chownSync(directory.path, 0, 0);
    expect(sharedDirectoryWarning(path)).toBeNull();
  },
);
