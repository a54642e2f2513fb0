import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Glob } from "bun";
import { type } from "../../src/http/body/arktype.ts";

const DOCS = resolve(import.meta.dir, "../../docs");

/** The page that prints each file of docs/deploy. */
const PRINTED: Readonly<Record<string, string>> = {
  Caddyfile: "tls.md",
  "nginx.conf": "tls.md",
  "publisher.service": "systemd.md",
  "publisher-socket.conf": "systemd.md",
  Containerfile: "containers.md",
  "image-root.sh": "containers.md",
  "compose.yaml": "containers.md",
  "kubernetes.yaml": "containers.md",
};

for (const [file, page] of Object.entries(PRINTED)) {
  test(`docs/${page} prints deploy/${file} as it is`, async () => {
    const text = await Bun.file(join(DOCS, "deploy", file)).text();
    expect(await Bun.file(join(DOCS, page)).text()).toContain(`\n${text}\`\`\`\n`);
  });
}

test("every file of docs/deploy is printed by a page", async () => {
  const files = await Array.fromAsync(new Glob("*").scan({ cwd: join(DOCS, "deploy") }));
  expect(files.sort()).toEqual(Object.keys(PRINTED).sort());
});

const Pod = type({
  spec: {
    replicas: "1",
    strategy: { type: "'Recreate'" },
    template: {
      spec: {
        enableServiceLinks: "false",
        securityContext: { runAsUser: "10001", runAsGroup: "10001", fsGroup: "10001" },
        containers: type({
          readinessProbe: { httpGet: { path: "'/readyz/reads'" } },
          securityContext: { readOnlyRootFilesystem: "true", allowPrivilegeEscalation: "false" },
          volumeMounts: type({ mountPath: "'/data'" }).array().atLeastLength(1),
        })
          .array()
          .atLeastLength(1),
      },
    },
  },
});
const Compose = type({
  services: {
    publisher: { read_only: "true", user: "'10001:10001'", volumes: type("'data:/data'").array() },
  },
  volumes: { data: "null" },
});

test("Kubernetes and compose run one read-only container as the user of the image", async () => {
  const read = async (file: string) => Bun.YAML.parse(await Bun.file(join(DOCS, "deploy", file)).text());
  const objects = type("unknown[]").assert(await read("kubernetes.yaml"));
  expect(objects).toMatchObject([
    { kind: "PersistentVolumeClaim" },
    { kind: "Deployment" },
    { kind: "Service" },
  ]);
  Pod.assert(objects[1]);
  Compose.assert(await read("compose.yaml"));
  expect(await Bun.file(join(DOCS, "deploy/Containerfile")).text()).toContain("\nUSER 10001:10001\n");
});
