import { expect, test } from "bun:test";
import { examine } from "../../support/browser/examine.ts";
import {
  authorize,
  block,
  fillBasic,
  fillBearer,
  open,
  openDialog,
  operations,
  startSwagger,
  tryOut,
  useSwaggerPage,
} from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { until } from "../../support/patience.ts";

const { server, openTab, openSwagger } = await useSwaggerPage();

test("a token that is typed in is used, and is gone with the page", async () => {
  const { page } = await openSwagger();
  const answerOf = async (operationId: string, body?: object) =>
    JSON.parse((await tryOut(page, operationId, body && JSON.stringify(body))).body);
  expect(await page.title()).toBe("Publisher API");
  expect((await tryOut(page, "listApiTokens")).status).toBe("401");

  await authorize(page, server.firstToken);
  const { id, token } = await answerOf("createApiToken");
  expect((await server.call("api-token/current", {}, token)).json.id).toBe(id);
  const listed = await answerOf("listApiTokens");
  expect(listed.data[0]).toMatchObject({ id, description: "CI", access: "read" });
  const described = { id, description: "CI, nightly" };
  expect(await answerOf("updateApiToken", described)).toMatchObject(described);
  expect((await answerOf("revokeApiToken", { id })).status).toBe("revoked");
  expect((await server.call("api-token/current", {}, token)).status).toBe(401);

  await page.reload();
  await startSwagger(page);
  expect((await tryOut(page, "listApiTokens")).status).toBe("401");
  const stored = "localStorage.length + sessionStorage.length + document.cookie.length";
  expect(await page.evaluate(stored)).toBe(0);
});

test("a token that verifies, and a revocation with its descendants, are tried", async () => {
  await using own = await RunningServer.start();
  const { page } = await openSwagger({ origin: own.url });
  await authorize(page, own.firstToken);
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
  const { id } = (await own.call("api-token/current")).json;
  const asked = JSON.stringify({ id, descendants: true, dry_run: true });
  const counted = await tryOut(page, "revokeApiToken", asked);
  expect(JSON.parse(counted.body)).toMatchObject({ status: "active", descendants: { active: { read: 1 } } });
});

test.each([[fillBearer], [fillBasic]])("introspection is tried as a form, after %p", async (fill) => {
  const { page } = await openSwagger();
  const wiki = await server.call("api-token/create", { access: "write", audiences: ["wiki"] });
  await authorize(page, server.firstToken, fill);
  const introspect = await open(page, "introspectToken");
  await introspect.locator('input[placeholder="token"]').fill(wiki.json.token);
  await introspect.locator('input[placeholder="audience"]').fill("wiki");
  await introspect.locator(".opblock-summary-control").click();
  const { status, body } = await tryOut(page, "introspectToken");
  expect([status, JSON.parse(body).active, JSON.parse(body).scope]).toEqual(["200", true, "read write"]);
});

test.each([
  [fillBearer, (secret: string) => ["-H", `Authorization: Bearer ${secret}`]],
  [fillBasic, (secret: string) => ["-u", `wiki:${secret}`]],
] as const)(
  "after %p the page shows no token, and the cURL box has a command that works",
  async (fill, options) => {
    const secret = server.firstToken;
    const tab = await openSwagger();
    const { page } = tab;
    await authorize(page, secret, fill);
    const introspect = await open(page, "introspectToken");
    await introspect.locator('input[placeholder="token"]').fill(secret);
    await introspect.locator('input[placeholder="audience"]').fill("");
    await introspect.locator(".execute").click();
    const command = (await introspect.locator(".curl-command code").textContent()) ?? "";
    expect(command).toContain("token=sk_live_…");
    expect(argumentsOf(command, secret)).toEqual(expect.arrayContaining(options(secret)));
    expect(await tab.copied(introspect.locator(".curl-command button"))).toBe(command);
    expect((await page.locator("body").textContent())?.includes(secret)).toBe(false);

    const verify = await open(page, "verifyApiToken");
    await verify.locator("textarea.body-param__text").fill(JSON.stringify({ token: secret }));
    await verify.locator(".execute").click();
    expect(await verify.locator(".curl-command code").textContent()).toContain('"token":"sk_live_…"');
    await openDialog(page);
    // A browser writes the text of other fields to disk, to restore them after a crash.
    for (const fields of [".auth-container input", "textarea"])
      expect(await page.locator(fields).count()).toBeGreaterThan(0);
    const remembered = page.locator("input:not([autocomplete=off]), textarea:not([autocomplete=off])");
    expect(await remembered.count()).toBe(0);
  },
);

test.each([
  ["publisher.test", 1],
  ["localhost", 0],
])("Authorize on a page from %s over plain HTTP has %i warnings", async (host, count) => {
  const { page } = await openSwagger({ origin: `http://${host}:${new URL(server.url).port}` });
  await openDialog(page);
  expect(await page.getByText("This page came over plain HTTP.").count()).toBe(count);
  if (count > 0) await examine(page, "swagger-authorize-http");
});

test("every endpoint of the document is on the page, which is dark where the browser is", async () => {
  const { page } = await openSwagger({ colorScheme: "dark" });
  await block(page, "getReadiness").waitFor();
  expect(await page.locator(".opblock").count()).toBe((await operations()).length);
  for (const { operationId } of await operations()) expect(await block(page, operationId).count()).toBe(1);
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === "dark" ? "html.dark-mode" : "html:not(.dark-mode)").waitFor();
  }
});

test("the page runs no script that is not its own, and reaches no other server", async () => {
  const { page, faults } = await openTab();
  await page.goto("/swagger?url=https://example.com/openapi.json&configUrl=https://example.com/c.json");
  await startSwagger(page);
  await block(page, "getReadiness").waitFor();
  expect(faults).toEqual([]);
  await page.evaluate(`(() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    return fetch("https://example.com/").catch(() => null);
  })()`);
  expect(await page.evaluate("window.injected === undefined")).toBe(true);
  const violations = faults.splice(0).join("\n");
  expect(violations).toContain("script-src 'self'");
  expect(violations).toContain("connect-src 'self'");
  expect(violations).not.toContain("asked for");
});

/** The arguments that a command has in a shell where `TOKEN` is the secret. */
function argumentsOf(command: string, secret: string): readonly string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const { stdout } = Bun.spawnSync(["sh", "-c", script], { env: { TOKEN: secret } });
  return stdout.toString().split("\0");
}
