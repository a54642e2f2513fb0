import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunningServer } from "../support/executable/executable.ts";
import { until } from "../support/patience.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import { bubblewrapMissing, buildahMissing, ImageDirectory, processInside, startImage } from "./image.ts";

const noBubblewrap = bubblewrapMissing();
if (noBubblewrap !== null)
  process.stderr.write(`skipped, as ${noBubblewrap}: whether the image runs with a read-only root\n`);
const noBuildah = buildahMissing();
if (noBuildah !== null) process.stderr.write(`skipped, as ${noBuildah}: whether the image can be built\n`);

let image: ImageDirectory;

beforeAll(() => {
  if (noBubblewrap === null || noBuildah === null) image = new ImageDirectory();
});

afterAll(() => image?.[Symbol.dispose]());

async function stop(server: RunningServer, signal: "SIGTERM" | "SIGKILL"): Promise<number> {
  process.kill(processInside(server), signal);
  return await server.child.exited;
}

describe.skipIf(noBubblewrap !== null)(
  "the files of the image, with a read-only root and without root's rights",
  () => {
    test("issue, verify and revoke tokens, and keep them", async () => {
      using directory = new TemporaryDirectory();
      await using server = await startImage(image, directory.path);
      const status = readFileSync(`/proc/${processInside(server)}/status`, "utf8");
      expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
      expect(status).toMatch(/^CapBnd:\t0+$/m);
      const first = server.firstToken;
      const kept = (await server.call("api-token/create", { access: "read" }, first)).json;
      const revoked = (await server.call("api-token/create", { access: "read" }, first)).json;
      expect((await server.call("api-token/revoke", { id: revoked.id }, first)).status).toBe(200);
      expect(await stop(server, "SIGTERM")).toBe(0);

      await using again = await startImage(image, directory.path);
      const shown = async (token: string) => (await again.call("api-token/verify", { token }, first)).json;
      expect(await shown(kept.token)).toMatchObject({ valid: true });
      expect(await shown(revoked.token)).toMatchObject({ valid: false, reason: "revoked" });
      await stop(again, "SIGKILL");

      await using third = await startImage(image, directory.path);
      expect((await third.call("api-token/list", {}, kept.token)).json.data).toHaveLength(2);
    });

    test("stop cleanly at Ctrl+C, with the command of the page", async () => {
      using directory = new TemporaryDirectory();
      mkdirSync(join(directory.path, "publisher-data"), { mode: 0o700 });
      mkdirSync(join(directory.path, "dist"));
      symlinkSync(image.path, join(directory.path, "dist/image"));
      await using server = await RunningServer.start({
        cwd: directory.path,
        env: { PATH: Bun.env.PATH ?? "" },
        under: ["setsid", ...printedCommand()],
        executable: "/usr/local/bin/publisher",
      });
      // A terminal sends the signal of Ctrl+C to every process of the group, which setsid made.
      process.kill(-server.child.pid, "SIGINT");
      await until(() => server.stderr.includes('"message":"stopped"'));
      const files = readdirSync(join(directory.path, "publisher-data"));
      expect(files).toContain("publisher.db");
      expect(files).not.toContain("publisher.db-wal");
    });
  },
);

/** The bubblewrap command of docs/containers.md, without the executable at its end. */
function printedCommand(): readonly string[] {
  const page = readFileSync(resolve(import.meta.dir, "../../docs/containers.md"), "utf8");
  const [, command = ""] = /^ {4}(bwrap [\s\S]*?) \/usr\/local\/bin\/publisher$/m.exec(page) ?? [];
  return command.replaceAll("\\\n", " ").split(/\s+/);
}

describe.skipIf(noBuildah !== null)("the image that buildah makes", () => {
  test("has nothing but the executable and its libraries, and does not run as root", async () => {
    const { config, files, closed, data } = await image.build();
    expect(config).toMatchObject({
      User: "10001:10001",
      Env: expect.arrayContaining(["PUBLISHER_DATA_DIR=/data", "PUBLISHER_HOST=0.0.0.0"]),
      Entrypoint: ["/usr/local/bin/publisher"],
      Volumes: { "/data": {} },
      ExposedPorts: { "8080/tcp": {} },
      Healthcheck: { Test: ["CMD", "/usr/local/bin/publisher", "health"] },
    });
    expect(closed).toEqual([]);
    expect(data).toBe("10001:10001 700");
    expect(files.filter((path) => !/\/lib(?:64)?\/.*\.so/.test(path))).toEqual(["./usr/local/bin/publisher"]);
  });
});
