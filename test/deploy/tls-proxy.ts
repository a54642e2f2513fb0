import { join, resolve } from "node:path";
import type { ProxyFile } from "../../public/proxies/configuration.ts";
import { COMMANDS, freePort, RunningProxy } from "../support/proxies/running-proxy.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const DEPLOY = resolve(import.meta.dir, "../../docs/deploy");

/** The name of Publisher in the configurations. */
export const HOST = "publisher.example.org";

/** The proxies for which docs/tls.md has a configuration. */
export const TLS_PROXIES = ["nginx", "caddy"] as const;

export type TlsProxyKind = (typeof TLS_PROXIES)[number];

const FILES: Readonly<Record<TlsProxyKind, string>> = { nginx: "nginx.conf", caddy: "Caddyfile" };

/** A line of a configuration, and the text that takes its place. */
export type Change = readonly [line: string, by: string];

/** A proxy that runs a configuration of docs/deploy on free ports, with a certificate that it made itself. */
export class TlsProxy implements AsyncDisposable {
  readonly #proxy: RunningProxy;
  readonly #certificate: Certificate;
  readonly #httpPort: number;

  private constructor(proxy: RunningProxy, certificate: Certificate, httpPort: number) {
    this.#proxy = proxy;
    this.#certificate = certificate;
    this.#httpPort = httpPort;
  }

  static async start(kind: TlsProxyKind, changes: readonly Change[]): Promise<TlsProxy> {
    const [https, http] = [await freePort(), await freePort()];
    const certificate = new Certificate();
    const text = await Bun.file(join(DEPLOY, FILES[kind])).text();
    const files = SURROUNDED[kind](changes.reduce(changed, text), { https, http }, certificate);
    const proxy = await RunningProxy.start(kind, COMMANDS.get(kind) ?? kind, files, https);
    return new TlsProxy(proxy, certificate, http);
  }

  /** Returns the answer to a client that trusts the certificate: headers, an empty line, the body. */
  async curl(scheme: "http" | "https", path: string, args: readonly string[] = []): Promise<string> {
    const port = scheme === "https" ? this.#proxy.port : this.#httpPort;
    const trust = ["--cacert", this.#certificate.certificate, "--resolve", `${HOST}:${port}:127.0.0.1`];
    const child = Bun.spawn(["curl", "-sS", "-i", ...trust, `${scheme}://${HOST}:${port}${path}`, ...args], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    this.#certificate[Symbol.dispose]();
  }
}

interface Ports {
  readonly https: number;
  readonly http: number;
}

/** The files of each proxy that has other ports and another certificate than its page says. */
const SURROUNDED: Readonly<
  Record<TlsProxyKind, (text: string, ports: Ports, made: Certificate) => readonly ProxyFile[]>
> = {
  nginx: (text, { https, http }, { certificate, key }) => {
    const changes: readonly Change[] = [
      ["listen 443 ssl;", `listen ${https} ssl;`],
      ["listen 80;", `listen ${http};`],
      ["/etc/ssl/publisher/certificate.pem", certificate],
      ["/etc/ssl/publisher/key.pem", key],
    ];
    return [{ name: "publisher.conf", text: changes.reduce(changed, text) }];
  },
  caddy: (text, { https, http }, { certificate, key }) => {
    const ports = `{\n\tadmin off\n\thttp_port ${http}\n\thttps_port ${https}\n}\n\nimport Caddyfile\n`;
    const named = `${HOST} {\n\theader`;
    return [
      { name: "Caddyfile", text: changed(text, [named, `${HOST} {\n\ttls ${certificate} ${key}\n\theader`]) },
      { name: "around.caddyfile", text: ports },
    ];
  },
};

function changed(text: string, [line, by]: Change): string {
  if (!text.includes(line)) throw new Error(`the configuration has no "${line}"`);
  return text.replaceAll(line, by);
}

/** A self-signed certificate for the host, and its key. */
class Certificate implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly certificate = join(this.#directory.path, "certificate.pem");
  readonly key = join(this.#directory.path, "key.pem");

  constructor() {
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const name = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`];
    const files = ["-keyout", this.key, "-out", this.certificate];
    const { exitCode, stderr } = Bun.spawnSync(["openssl", "req", ...kind, ...name, ...files]);
    if (exitCode !== 0) throw new Error(stderr.toString());
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}
