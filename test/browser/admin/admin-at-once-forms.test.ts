import { expect, test } from "bun:test";
import { proxyConfiguration } from "../../../public/proxies/configuration.ts";
import { openForm, secretDialog, useAdminPage } from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";
import { askedPaths, hold } from "../../support/browser/routes.ts";
import { writeUses } from "../../support/store/many-tokens.ts";

const { server, openTab, signedIn, create } = await useAdminPage();
await create({ access: "write", audiences: ["grafana"], description: "Graphs" });
const billing = await create({ access: "write", audiences: ["billing"], description: "Invoices" });
writeUses(server.dataDir, [{ id: billing.id, hoursAgo: 3, accepted: 200, refused: 0 }]);

test("a form that is filled in and sent twice at once creates one token, with every choice", async () => {
  const { page } = await signedIn();
  await page.getByRole("link", { name: "Invoices" }).waitFor();
  const form = await openForm(page);
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByRole("button", { name: "Add grafana" }).waitFor();
  const sent: object[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/create")) sent.push(request.postDataJSON());
  });
  const release = await hold(page, "api-token/create");
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
  release();
  await secretDialog(page);
  expect(sent).toEqual([
    {
      access: "write",
      audiences: ["wiki", "billing", "grafana"],
      description: "All at once",
      expires_at: null,
    },
  ]);
});

test("a rotation keeps all choices that were made at once", async () => {
  const { id } = await create({ access: "read", description: "Turned" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
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
  await secretDialog(page);
});

test("an edit keeps text that was typed in the same moment, and a running revocation cannot be called off", async () => {
  const { id } = await create({ access: "read", description: "Edited" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
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

  const release = await hold(page, "api-token/revoke");
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("dialog").waitFor();
  await atOnce(page, { click: "dialog .danger" }, { click: "dialog .dialog-foot button" });
  await page.getByRole("button", { name: "Revoking…" }).waitFor();
  release();
  await page.getByText("Revoked Edited at once").waitFor();
});

test("a token that is filled in and sent at once, as by a password manager, signs in", async () => {
  const { page } = await openTab();
  await page.goto("/");
  const field = page.getByLabel("API token");
  await field.waitFor();
  const show = { click: ".joined button" };
  await atOnce(page, show, show, show);
  expect(await field.getAttribute("type")).toBe("text");
  const asked = askedPaths(page);
  const sending = [{ submit: "form" }, { submit: "form" }] as const;
  await atOnce(page, { type: "API token", text: server.firstToken }, ...sending);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  expect(asked.filter((path) => path.endsWith("/current"))).toHaveLength(1);
});

test("the bar under the pointer stays chosen when the keys take over in the same moment", async () => {
  const { page } = await signedIn({ place: `#/tokens/${billing.id}` });
  await page.getByLabel("How far back").selectOption("24 hours");
  await page.locator(".use-summary", { hasText: "In the last 24 hours" }).waitFor();
  await page.evaluate(`(() => {
    const field = document.querySelector(".use-field");
    const { left, width } = field.getBoundingClientRect();
    const clientX = left + (width * 5.5) / 24;
    field.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, pointerType: "mouse" }));
    document.querySelector(".use-cursor").focus();
  })()`);
  expect(await page.getByRole("slider").inputValue()).toBe("5");
});

test("values for a proxy that are chosen and typed at once are all used", async () => {
  const { id } = await create({ access: "read", audiences: ["wiki", "feeds"], description: "Proxied" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
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
});
