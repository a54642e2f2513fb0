import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { $ } from "bun";
import { EXECUTABLE, RunningServer } from "../support/executable/executable.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const DEPLOY = resolve(import.meta.dir, "../../docs/deploy");

/** The user of the image, which is in no list of users. */
const USER = "10001";

/** Returns why `bwrap` cannot make a container here; otherwise null. */
export function bubblewrapMissing(): string | null {
  if (Bun.which("bwrap") === null) return 'there is no bubblewrap ("apt-get install bubblewrap")';
  const { exitCode } = Bun.spawnSync(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]);
  return exitCode === 0 ? null : "bubblewrap may not make namespaces here";
}

/** Returns why `buildah` cannot build here; otherwise null. */
export function buildahMissing(): string | null {
  if (Bun.which("buildah") === null) return 'there is no buildah ("apt-get install buildah")';
  const { exitCode } = Bun.spawnSync(["unshare", "--mount", "true"]);
  return exitCode === 0 ? null : "buildah may not mount here";
}

interface BuiltImage {
  /** The config of the image, as docker calls it. */
  readonly config: unknown;
  readonly files: readonly string[];
  /** Files and directories outside `/data` that its user may not read. */
  readonly closed: readonly string[];
  /** User, group and mode of `/data`. */
  readonly data: string;
}

/** The directory that the image is built from, made by the script of docs/containers.md. */
export class ImageDirectory implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly path = join(this.#directory.path, "image");

  constructor() {
    const made = Bun.spawnSync([
      ...["sh", "-c", 'umask 077; exec sh "$@"', "sh"],
      ...[join(DEPLOY, "image-root.sh"), EXECUTABLE, this.path],
    ]);
    if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  }

  /** Builds the image as docs/containers.md says. */
  async build(): Promise<BuiltImage> {
    const storage = ["--root", join(this.#directory.path, "storage"), "--storage-driver", "vfs"];
    const run = ["--runroot", join(this.#directory.path, "run")];
    const buildah = ["buildah", ...storage, ...run];
    const build = ["build", "--isolation", "chroot", "--format", "docker", "-t", "publisher"];
    await $`${buildah} ${build} -f ${join(DEPLOY, "Containerfile")} ${this.path}`.quiet();
    const { Docker } = await $`${buildah} inspect --type image publisher`.json();
    const container = (await $`${buildah} from publisher`.text()).trim();
    const mounted = (await $`${buildah} mount ${container}`.text()).trim();
    const files = (await $`find . -type f`.cwd(mounted).text()).trim().split("\n").sort();
    const closed = await $`find . -path ./data -prune -o ! -perm -o+r -print`.cwd(mounted).text();
    const data = (await $`stat -c ${"%u:%g %a"} data`.cwd(mounted).text()).trim();
    await $`${buildah} rm ${container}`.quiet();
    return { config: Docker.config, files, data, closed: closed.split("\n").filter(Boolean) };
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/**
 * Runs the files of the image as the first process of a container: the root is read-only, the user is not root and has
 * no capabilities, and only `/data` can be written. Its network is that of this machine.
 */
export async function startImage(image: ImageDirectory, cwd: string): Promise<RunningServer> {
  const files = join(image.path, "files");
  const data = join(cwd, "data");
  if (!existsSync(data)) cpSync(join(image.path, "owned/data"), data, { recursive: true });
  const binds = readdirSync(files).flatMap((name) => ["--ro-bind", join(files, name), `/${name}`]);
  const under = [
    ...["bwrap", "--unshare-all", "--share-net", "--as-pid-1", "--die-with-parent", "--cap-drop", "ALL"],
    ...["--uid", USER, "--gid", USER, "--clearenv", "--setenv", "PUBLISHER_DATA_DIR", "/data"],
    ...[...binds, "--bind", data, "/data", "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/"],
  ];
  return await RunningServer.start({ cwd, under, executable: "/usr/local/bin/publisher" });
}

/** The process that `bwrap` runs: signals to `bwrap` do not reach it. */
export function processInside({ child }: RunningServer): number {
  const [inside = ""] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ");
  return Number(inside);
}
