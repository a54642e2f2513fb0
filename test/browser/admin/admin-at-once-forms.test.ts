import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { proxyConfiguration } from "../../../public/proxies/configuration.ts";
import { signedIn } from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { writeUses } from "../../support/store/many-uses.ts";

setDefaultTimeout(TEST_LIMIT_MS);

let browser: Browser;
let server: RunningServer;
let billing: { readonly id: string };

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
  const create = async (body: object) => (await server.call("api-token/create", body)).json;
  await create({ access: "write", audiences: ["grafana"], description: "Graphs" });
  billing = await create({ access: "write", audiences: ["billing"], description: "Invoices" });
  writeUses(server.dataDir, [{ id: billing.id, hoursAgo: 3, accepted: 200, refused: 0 }]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test("a form that is filled in and sent twice at once creates one token, with every choice", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("link", { name: "Invoices" }).waitFor();
  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByRole("button", { name: "Add grafana" }).waitFor();
  const sent: object[] = [];
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/create", async (route) => {
    sent.push(route.request().postDataJSON());
    await held.promise;
    await route.continue();
  });
  const add = (index: number) => ({ click: "dialog .audiences button", index });
  await atOnce(
    page,
    { type: "Names of the services", text: "wiki" },
    add(0),
    add(0),
    add(1),
    { type: "Description", text: "All at once" },
    { check: "Write" },
    { check: "Never" },
    { submit: "dialog form" },
    { submit: "dialog form" },
    { click: "dialog .dialog-foot button" },
    { click: "dialog .dialog-head button" },
  );
  await form.getByRole("button", { name: "Creating…" }).waitFor();
  held.resolve();
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(sent).toEqual([
    {
      access: "write",
      audiences: ["wiki", "billing", "grafana"],
      description: "All at once",
      expires_at: null,
    },
  ]);
  expect(tab.faults).toEqual([]);
});

test("a rotation keeps all choices that were made at once", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Turned" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Other" }).check();
  await page.getByLabel("How long").waitFor();
  const asked = page.waitForRequest("**/api-token/rotate");
  await atOnce(
    page,
    { type: "How long", text: "5" },
    { choose: "Unit", value: "days" },
    { check: "Never" },
    { submit: "dialog form" },
  );
  expect((await asked).postDataJSON()).toEqual({ id, overlap_seconds: 432_000, expires_at: null });
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("an edit keeps text that was typed in the same moment, and a running revocation cannot be called off", async () => {
  const { id } = (await server.call("api-token/create", { access: "read", description: "Edited" })).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("dialog").waitFor();
  const asked = page.waitForRequest("**/api-token/update");
  await atOnce(
    page,
    { type: "Description", text: "Edited at once" },
    { check: "On a date" },
    { submit: "dialog form" },
    { click: "dialog .dialog-foot button" },
  );
  const { description, expires_at: end } = (await asked).postDataJSON();
  expect([description, end]).toEqual(["Edited at once", expect.stringMatching(/T23:59:59Z$/)]);
  await page.getByRole("heading", { name: "Edited at once" }).waitFor();

  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/revoke", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("dialog").waitFor();
  await atOnce(page, { click: "dialog .danger" }, { click: "dialog .dialog-foot button" });
  await page.getByRole("button", { name: "Revoking…" }).waitFor();
  held.resolve();
  await page.getByText("Revoked Edited at once").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a token that is filled in and sent at once, as by a password manager, signs in", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/");
  const field = page.getByLabel("API token");
  await field.waitFor();
  const show = { click: ".joined button" };
  await atOnce(page, show, show, show);
  expect(await field.getAttribute("type")).toBe("text");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const sending = [{ submit: "form" }, { submit: "form" }] as const;
  await atOnce(page, { type: "API token", text: server.firstToken }, ...sending);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  expect(asked.filter((path) => path.endsWith("/current"))).toHaveLength(1);
  expect(tab.faults).toEqual([]);
});

test("the bar under the pointer stays chosen when the keys take over in the same moment", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${billing.id}`);
  await page.getByLabel("How far back").selectOption("24 hours");
  await page.locator(".use-told", { hasText: "In the last 24 hours" }).waitFor();
  await page.evaluate(`(() => {
    const field = document.querySelector(".use-field");
    const { left, width } = field.getBoundingClientRect();
    const clientX = left + (width * 5.5) / 24;
    field.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, pointerType: "mouse" }));
    document.querySelector(".use-cursor").focus();
  })()`);
  expect(await page.getByRole("slider").inputValue()).toBe("5");
  expect(tab.faults).toEqual([]);
});

test("what a proxy is told, chosen and typed at once, is all kept", async () => {
  const body = { access: "read", audiences: ["wiki", "feeds"], description: "Proxied" };
  const { id } = (await server.call("api-token/create", body)).json;
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Protect a service").click();
  await page.locator(".proxy pre.file").waitFor();
  await atOnce(
    page,
    { choose: "Service", value: "feeds" },
    { type: "Publisher, as the proxy reaches it", text: "10.0.0.1:8080" },
    { type: "Port that the proxy listens on", text: "8443" },
    { choose: "Token from", value: "basic" },
  );
  const values = { audience: "feeds", publisher: "10.0.0.1:8080", service: "127.0.0.1:3000", port: 8443 };
  const [file] = proxyConfiguration("nginx", { ...values, token: "basic" });
  await page.locator(".proxy code", { hasText: "feeds.conf" }).waitFor();
  expect(await page.locator(".proxy pre.file").textContent()).toBe(file?.text ?? "");
  expect(tab.faults).toEqual([]);
});
