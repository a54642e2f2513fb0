import { beforeAll, expect, test } from "bun:test";
import { openapiDocument } from "../../../src/http/openapi/document.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import {
  GENERATORS,
  GeneratedClient,
  type GeneratorName,
  installGenerators,
} from "../../support/generated-clients.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

const NAMES = Object.keys(GENERATORS).filter((name): name is GeneratorName => name in GENERATORS);

beforeAll(installGenerators, TEST_LIMIT_MS);

for (const name of NAMES) {
  test(
    `a client from ${name} compiles under strict and works`,
    async () => {
      const document = JSON.stringify(await openapiDocument());
      using client = await GeneratedClient.generate(name, document);
      expect(await client.compile()).toBe("");
      await using server = await RunningServer.start();
      expect(await client.tryOut(server.url, server.firstToken)).toEqual({
        description: "CI",
        valid: true,
        code: "bad_request",
        isSame: true,
      });
    },
    TEST_LIMIT_MS,
  );
}

test(
  "a document that breaks clients is found out",
  async () => {
    const document = JSON.parse(JSON.stringify(await openapiDocument()));
    delete document.components.schemas.CreatedApiToken.properties.token;
    using client = await GeneratedClient.generate("openapi-fetch", JSON.stringify(document));
    expect(await client.compile()).toContain("token");
  },
  TEST_LIMIT_MS,
);
