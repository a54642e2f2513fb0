import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { launchBrowser, SCREENSHOTS, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import {
  authorize,
  block,
  fillBasic,
  fillBearer,
  open,
  openSwagger,
  operations,
  schemeWith,
  startSwagger,
  tryOut,
} from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { until } from "../../support/patience.ts";

const browser = await launchBrowser();
afterAll(() => browser.close());

const HEIGHT = 900;

test(
  "a token that is typed in tries every endpoint, and is gone with the page",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url);
    const { page } = tab;
    const untried = new Set((await operations()).map(({ operationId }) => operationId));
    const tryIt = async (operationId: string, body?: string) => {
      untried.delete(operationId);
      return await tryOut(page, operationId, body);
    };
    await openSwagger(page);
    expect(await page.title()).toBe("Publisher API");
    expect((await tryOut(page, "listApiTokens")).status).toBe("401");

    await authorize(page, server.firstToken);
    const created = await tryIt("createApiToken");
    expect(created.status).toBe("200");
    const { id, token } = JSON.parse(created.body);
    expect((await server.call("api-token/current", {}, token)).json.id).toBe(id);
    const listed = await tryIt("listApiTokens");
    expect(listed.status).toBe("200");
    expect(JSON.parse(listed.body).data[0]).toMatchObject({ id, description: "CI", access: "read" });

    const byId = JSON.stringify({ id });
    expect(JSON.parse((await tryIt("getApiToken", byId)).body).status).toBe("active");
    const described = JSON.stringify({ id, description: "CI, nightly" });
    expect(JSON.parse((await tryIt("updateApiToken", described)).body).description).toBe("CI, nightly");
    expect(JSON.parse((await tryIt("rotateApiToken", byId)).body).replaces).toBe(id);
    expect(JSON.parse((await tryIt("revokeApiToken", byId)).body).status).toBe("revoked");
    const hours = JSON.stringify({ id, bucket: "hour" });
    expect(JSON.parse((await tryIt("getApiTokenUsage", hours)).body).bucket).toBe("hour");
    expect(JSON.parse((await tryIt("getCurrentApiToken")).body).access).toBe("write");
    for (const operation of ["getLiveness", "getReadiness"])
      expect(await tryIt(operation)).toMatchObject({ status: "200", body: '{\n  "status": "ok"\n}' });
    for (const operation of ["authorizeReading", "authorizeWriting"])
      expect([operation, (await tryIt(operation)).status]).toEqual([operation, "403"]);
    for (const operation of untried)
      expect([operation, (await tryIt(operation)).status]).toEqual([operation, "200"]);
    expect((await server.call("api-token/current", {}, token)).status).toBe(401);

    await page.reload();
    await startSwagger(page);
    expect((await tryOut(page, "listApiTokens")).status).toBe("401");
    expect(await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length")).toBe(
      0,
    );
    expect(tab.faults).toEqual([]);
  },
  2 * TEST_LIMIT_MS,
);

test(
  "a token that verifies, and a revocation with its descendants, are tried",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url);
    const { page } = tab;
    await openSwagger(page);
    await authorize(page, server.firstToken);
    const create = await open(page, "createApiToken");
    const examples = create.locator(".opblock-section-request-body .examples-select select");
    const label = "A token with which a service verifies tokens, and does nothing else";
    await examples.selectOption({ label });
    const field = create.locator("textarea.body-param__text");
    // The page's policy lets no function wait there.
    await until(async () => (await field.inputValue()).includes('"verifies": true'));
    const example = await field.inputValue();
    await create.locator(".opblock-summary-control").click();
    const created = await tryOut(page, "createApiToken", example);
    expect([created.status, JSON.parse(created.body).verifies]).toEqual(["200", true]);
    const { id } = (await server.call("api-token/current")).json;
    const asked = JSON.stringify({ id, descendants: true, dry_run: true });
    const counted = await tryOut(page, "revokeApiToken", asked);
    expect(JSON.parse(counted.body)).toMatchObject({
      status: "active",
      descendants: { active: { read: 1 } },
    });
    expect(tab.faults).toEqual([]);
  },
  TEST_LIMIT_MS,
);

test(
  "introspection is tried as a form, by a bearer token or by Basic",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url);
    const { page } = tab;
    const wiki = await server.call("api-token/create", { access: "write", audiences: ["wiki"] });
    for (const fill of [fillBearer, fillBasic]) {
      await openSwagger(page);
      await page.locator(".auth-wrapper .authorize").click();
      const field = await fill(page, server.firstToken);
      await schemeWith(page, field).locator(".authorize").click();
      await page.locator(".auth-container .btn-done").first().click();
      const parameters = (await open(page, "introspectToken")).locator(".parameters");
      await parameters.locator('input[placeholder="token"]').fill(wiki.json.token);
      await parameters.locator('input[placeholder="audience"]').fill("wiki");
      await block(page, "introspectToken").locator(".opblock-summary-control").click();
      const { status, body } = await tryOut(page, "introspectToken");
      expect([status, JSON.parse(body).active, JSON.parse(body).scope]).toEqual(["200", true, "read write"]);
    }
    expect(tab.faults).toEqual([]);
  },
  TEST_LIMIT_MS,
);

test(
  "the page shows no token after Authorize, and the cURL box has a command that works",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url);
    const { page } = tab;
    const secret = server.firstToken;
    for (const [fill, option] of [
      [fillBearer, ["-H", `Authorization: Bearer ${secret}`]],
      [fillBasic, ["-u", `wiki:${secret}`]],
    ] as const) {
      await openSwagger(page);
      await page.locator(".auth-wrapper .authorize").click();
      await page.locator("#auth-bearer-value:focus").waitFor();
      const field = await fill(page, secret);
      await schemeWith(page, field).locator(".authorize").click();
      await page.locator(".auth-container .btn-done").first().click();
      const introspect = await open(page, "introspectToken");
      await introspect.locator('input[placeholder="token"]').fill(secret);
      await introspect.locator('input[placeholder="audience"]').fill("");
      await introspect.locator(".execute").click();
      const command = (await introspect.locator(".curl-command code").textContent()) ?? "";
      expect(command).toContain("token=sk_live_…");
      expect(argumentsOf(command, secret)).toEqual(expect.arrayContaining([...option]));
      expect(await tab.copied(introspect.locator(".curl-command button"))).toBe(command);
      expect((await page.locator("body").textContent())?.includes(secret)).toBe(false);
    }
    const verify = await open(page, "verifyApiToken");
    await verify.locator("textarea.body-param__text").fill(JSON.stringify({ token: secret }));
    await verify.locator(".execute").click();
    expect(await verify.locator(".curl-command code").textContent()).toContain('"token":"sk_live_…"');
    await page.locator(".auth-wrapper .authorize").click();
    await page.locator(".auth-container").first().waitFor();
    const fields = await page.locator(".auth-container input").all();
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) expect(await field.getAttribute("autocomplete")).toBe("off");
    // A browser writes the text of other fields to disk, to restore them after a crash.
    expect(await page.locator("textarea").count()).toBeGreaterThan(0);
    const remembered = page.locator("input:not([autocomplete=off]), textarea:not([autocomplete=off])");
    expect(await remembered.count()).toBe(0);
    expect(tab.faults).toEqual([]);
  },
  TEST_LIMIT_MS,
);

test(
  "Authorize warns of plain HTTP, except on the loopback",
  async () => {
    await using server = await RunningServer.start();
    const elsewhere = await launchBrowser(["--host-resolver-rules=MAP publisher.test 127.0.0.1"]);
    try {
      const { port } = new URL(server.url);
      for (const [origin, count] of [
        [`http://publisher.test:${port}`, 1],
        [`http://localhost:${port}`, 0],
      ] as const) {
        await using tab = await Tab.open(elsewhere, origin);
        await openSwagger(tab.page);
        await tab.page.locator(".auth-wrapper .authorize").click();
        await tab.page.locator("#auth-bearer-value:focus").waitFor();
        expect(await tab.page.getByText("This page came over plain HTTP.").count()).toBe(count);
        if (count > 0) await seeEverywhere(tab.page, "swagger-authorize-http");
      }
    } finally {
      await elsewhere.close();
    }
  },
  TEST_LIMIT_MS,
);

test(
  "every endpoint of the document is on the page, which fits narrow and wide, in light and dark",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url, { colorScheme: "dark" });
    const { page } = tab;
    await openSwagger(page);
    await block(page, "getReadiness").waitFor();
    expect(await isDark(page)).toBe(true);
    expect(await page.locator(".opblock").count()).toBe((await operations()).length);
    for (const { operationId } of await operations()) expect(await block(page, operationId).count()).toBe(1);

    await seeEverywhere(page, "swagger");
    await page.locator(".auth-wrapper .authorize").click();
    await seeEverywhere(page, "swagger-authorize");
    await page.locator(".auth-container .btn-done").first().click();
    const create = await open(page, "createApiToken");
    await seeEverywhere(page, "swagger-create", create.locator(".execute"));
    await tryOut(page, "getReadiness");
    const answered = (await open(page, "getReadiness")).locator(".live-responses-table");
    await seeEverywhere(page, "swagger-answered", answered);
    expect(tab.faults).toEqual([]);
  },
  TEST_LIMIT_MS,
);

test(
  "the page runs no script that is not its own, and reaches no other server",
  async () => {
    await using server = await RunningServer.start();
    await using tab = await Tab.open(browser, server.url);
    const { page } = tab;
    await page.goto("/swagger?url=https://example.com/openapi.json&configUrl=https://example.com/c.json");
    await startSwagger(page);
    await block(page, "getReadiness").waitFor();
    expect(tab.faults).toEqual([]);
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "window.injected = true";
      document.body.append(script);
      return fetch("https://example.com/").catch(() => null);
    })()`);
    expect(await page.evaluate("window.injected === undefined")).toBe(true);
    const told = tab.faults.join("\n");
    expect(told).toContain("script-src 'self'");
    expect(told).toContain("connect-src 'self'");
    expect(told).not.toContain("asked for");
  },
  TEST_LIMIT_MS,
);

/** Looks at what the page shows now on every kind of screen, and finds it as wide as the screen. */
async function seeEverywhere(page: Page, name: string, shown?: Locator): Promise<void> {
  for (const colors of ["light", "dark"] as const) {
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.emulateMedia({ colorScheme: colors });
      await shown?.scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colors}.png`) });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await isDark(page)).toBe(colors === "dark");
    }
  }
}

async function isDark(page: Page): Promise<boolean> {
  return await page.evaluate("document.documentElement.classList.contains('dark-mode')");
}

/** The arguments that a command has in a shell where `TOKEN` is the secret. */
function argumentsOf(command: string, secret: string): readonly string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const { stdout } = Bun.spawnSync(["sh", "-c", script], { env: { TOKEN: secret } });
  return stdout.toString().split("\0");
}
