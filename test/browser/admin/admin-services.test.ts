import { expect, test } from "bun:test";
import {
  PROXY_KINDS,
  type ProxyValues,
  proxyConfiguration,
  USUAL_VALUES,
} from "../../../public/proxies/configuration.ts";
import { proxySteps } from "../../../public/proxies/steps.ts";
import {
  openForm,
  secretDialog,
  signIn,
  signInAndStay,
  useAdminPage,
} from "../../support/browser/admin-page.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

test("a token for services is created, found by its services, and does not sign in", async () => {
  await create({ access: "write", audiences: ["grafana"], description: "Graphs" });
  const tab = await signedIn();
  const { page } = tab;
  const row = (name: string) => page.getByRole("row", { name });
  await row("Graphs").waitFor();
  const form = await openForm(page);
  await form.getByLabel("Description").fill("Invoices");
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByText("Only reads: GET, HEAD and OPTIONS.").waitFor();
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("Name at least one service.").waitFor();
  const names = form.getByLabel("Names of the services").and(page.locator(":focus"));
  await names.fill("billing, Reports");
  await form.getByText("“Reports” cannot be a name").waitFor();
  expect(await names.getAttribute("aria-invalid")).toBe("true");
  await names.fill("billing, reports");
  await form.getByRole("button", { name: "Add grafana" }).click();
  expect(await names.inputValue()).toBe("billing, reports, grafana");
  await form.getByRole("button", { name: "Create token" }).click();
  await page.getByText("Protect a service").click();
  await page.getByText("/etc/nginx/conf.d/billing.conf", { exact: true }).waitFor();
  const secret = await tab.copied(page.getByRole("button", { name: "Copy token" }));
  await page.getByRole("button", { name: "Done" }).click();
  const current = await server.call("api-token/current", {}, secret);
  expect(current.json).toMatchObject({ access: "read", audiences: ["billing", "reports", "grafana"] });

  await row("Invoices").getByText("For billing, reports and 1 other service").waitFor();
  await page.getByLabel("For", { exact: true }).selectOption("For reports");
  await row("Graphs").waitFor({ state: "detached" });
  expect(page.url()).toEndWith("#/tokens?for=reports");
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Invoices"]);
  await page.getByLabel("For", { exact: true }).selectOption("For Publisher itself");
  await row("First token").waitFor();
  expect(await page.locator(".token-link").allTextContents()).toEqual(["First token"]);
  await page.goto("/#/tokens");
  await page.getByRole("link", { name: "Invoices" }).click();
  await page.getByText("Protect a service").click();
  await page.getByLabel("Service", { exact: true }).selectOption("reports");
  await page.getByLabel("Publisher, as the proxy reaches it").fill("10.0.0.1:8080/");
  await page.getByText("An address must be a host and a port").waitFor();
  await page.getByLabel("Publisher, as the proxy reaches it").fill("10.0.0.1:8080");
  const values = { audience: "reports", ...USUAL_VALUES, publisher: "10.0.0.1:8080" };
  for (const kind of PROXY_KINDS) {
    await page.getByLabel("Proxy", { exact: true }).selectOption(kind);
    for (const { name, path, text } of proxyConfiguration(kind, values)) {
      await page.locator(".proxy").getByText(path, { exact: true }).waitFor();
      expect(await tab.copied(page.getByRole("button", { name: `Copy ${name}` }))).toBe(text);
    }
  }
  const { reload, trial, option } = proxySteps("haproxy", values);
  const lines = { "reload command": reload, "trial command": trial, option };
  for (const [what, line] of Object.entries(lines))
    expect(await tab.copied(page.getByRole("button", { name: `Copy ${what}` }))).toBe(line);
  await page.getByRole("link", { name: "grafana" }).click();
  await row("Graphs").waitFor();
  expect(await page.locator(".token-link").allTextContents()).toEqual(["Invoices", "Graphs"]);

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("for billing, reports and 1 other service, and not for Publisher itself.").waitFor();
});

test("a token goes on beside its successor, whose secret is shown once and not lost", async () => {
  const old = await create({ access: "read", description: "Rotated" });
  const tab = await signedIn();
  const { page } = tab;
  await page.getByRole("button", { name: "Rotate Rotated" }).click();
  const question = page.getByRole("dialog", { name: "Rotate this token?" });
  expect(await question.getByRole("radio", { name: "1 day" }).isChecked()).toBe(true);
  expect(await question.getByRole("radio", { name: "As before" }).isChecked()).toBe(true);
  await question.getByRole("radio", { name: "Other" }).check();
  await question.getByLabel("How long").fill("721");
  await question.getByText("Enter a time of up to 30 days.").waitFor();
  await question.getByRole("button", { name: "Rotate token" }).click();
  await question.locator("input[type=number]:out-of-range").waitFor();
  await question.getByLabel("How long").fill("2");
  await question.getByText("The old secret works until").waitFor();
  await question.getByRole("radio", { name: "30 days" }).last().check();
  const asked = page.waitForRequest("**/api-token/rotate");
  await question.getByRole("button", { name: "Rotate token" }).click();
  expect((await asked).postDataJSON()).toMatchObject({ id: old.id, overlap_seconds: 7200 });

  const shown = await secretDialog(page);
  await shown.getByText("The old secret works until").waitFor();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Escape");
  await page.goto(`/#/tokens/${old.id}`);
  const secret = await tab.copied(shown.getByRole("button", { name: "Copy token" }));
  const successor = (await server.call("api-token/current", {}, secret)).json;
  expect(successor).toMatchObject({ access: "read", description: "Rotated", status: "active" });
  expect(Date.parse(successor.expires_at) - Date.parse(successor.created_at)).toBeWithin(2.5e9, 2.6e9);
  await shown.getByRole("button", { name: "Done" }).click();
  await page.locator("h1:focus").waitFor();

  await page.getByText("Its secret works until").waitFor();
  await page.getByText("in 2 hours").waitFor();
  expect(await page.getByRole("button", { name: "Rotate" }).count()).toBe(0);
  expect((await server.call("api-token/current", {}, old.token)).json.replaced_by).toBe(successor.id);
  await page.getByRole("link", { name: "another token" }).click();
  await page.getByText(successor.hint).waitFor();
});

test("a rotation of one's own token goes on with the new one", async () => {
  const { id, token } = await create({ access: "write", description: "My own" });
  const tab = await openTab();
  const { page } = tab;
  await page.goto("/");
  await signInAndStay(page, token);
  await page.getByRole("button", { name: "Rotate My own" }).click();
  const question = page.getByRole("dialog", { name: "Rotate this token?" });
  await question.getByText("You stay signed in: this page goes on with the new one at once.").waitFor();
  await question.getByRole("radio", { name: "Not at all" }).check();
  await question.getByText("The old secret is revoked at once and for good").waitFor();

  // Between the revocation and its answer the old secret is refused.
  const revoked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/rotate", async (route) => {
    const answer = await route.fetch();
    revoked.resolve();
    await held.promise;
    await route.fulfill({ response: answer });
  });
  await question.getByRole("button", { name: "Rotate token" }).click();
  await question.getByRole("button", { name: "Rotating…" }).waitFor();
  await revoked.promise;
  const refused = page.waitForResponse((response) => response.status() === 401);
  await page.goto("/#/tokens?status=all");
  await (await refused).finished();
  held.resolve();

  const shown = await secretDialog(page);
  await shown.getByText("The old secret was revoked and no longer works.").waitFor();
  const secret = await tab.copied(shown.getByRole("button", { name: "Copy token" }));
  await shown.getByRole("button", { name: "Done" }).click();
  const successor = (await server.call("api-token/current", {}, secret)).json;
  expect((await server.call("api-token/current", {}, token)).status).toBe(401);
  await page.locator("td .status-revoked").waitFor();
  await page.locator(`a.whoami[href="#/tokens/${successor.id}"]`).waitFor();
  await page.reload();
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Its secret does not work any more.").waitFor();
  await page.locator(`a.whoami[href="#/tokens/${successor.id}"]`).waitFor();
});

test("an edit sends the changed fields alone", async () => {
  const body = { access: "read", description: "Befor", expires_at: "2036-01-01T00:00:00Z" };
  const { id } = await create(body);
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  const form = page.getByRole("dialog", { name: "Edit token" });
  const edit = async () => await page.getByRole("button", { name: "Edit" }).click();
  const saved = async () => {
    const asked = page.waitForRequest("**/api-token/update");
    await form.getByRole("button", { name: "Save" }).click();
    const sent = (await asked).postDataJSON();
    await form.waitFor({ state: "detached" });
    return sent;
  };
  await edit();
  await form.getByText("It ends on 1 Jan 2036, 00:00:00 UTC.").waitFor();
  await form.getByLabel("Description").and(page.locator(":focus")).fill("Before");
  expect(await saved()).toEqual({ id, description: "Before" });
  await page.getByRole("heading", { name: "Before" }).waitFor();
  await edit();
  await form.getByRole("radio", { name: "Never" }).check();
  expect(await saved()).toEqual({ id, expires_at: null });
  await edit();
  await form.getByLabel("Description").fill("");
  expect(await saved()).toEqual({ id, description: null });
  await edit();
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
  const token = (await server.call("api-token/get", { id })).json;
  expect(token).toMatchObject({ description: null, expires_at: null, status: "active" });
});

test("a conflict with another change says what the token is by now", async () => {
  const { id } = await create({ access: "read", description: "Contested" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByRole("button", { name: "Rotate token" }).click();
  const successor = (await server.call("api-token/rotate", { id })).json;
  await page.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  const alert = page.getByRole("dialog").getByRole("alert");
  await alert.getByText("This token was already replaced.").waitFor();
  await alert.getByText("Trace id", { exact: true }).waitFor();
  // The page behind the dialog is loaded again.
  await page.getByText("Its secret works until").waitFor();
  await alert.getByRole("link", { name: successor.id }).click();
  await page.getByText(`sk_live_…${successor.token.slice(-4)}`).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await server.call("api-token/revoke", { id: successor.id });
  await page.getByRole("dialog").getByLabel("Description").fill("Too late");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("This token was revoked and cannot be changed any more.").waitFor();
  await page.getByText("Create a new one instead.").waitFor();
});

test("a proxy's file has the header of the token, and a socket of Publisher", async () => {
  await server.call("api-token/create", { access: "read", audiences: ["feeds"], description: "Feeds" });
  const { page } = await signedIn();
  await page.getByRole("link", { name: "Feeds" }).click();
  await page.getByText("Protect a service").click();
  const publisher = page.getByLabel("Publisher, as the proxy reaches it");
  await publisher.fill("10.0.0.1:8080");
  const expectFile = async (values: Partial<ProxyValues>) => {
    const all = { audience: "feeds", ...USUAL_VALUES, publisher: "10.0.0.1:8080" };
    const [file] = proxyConfiguration("nginx", { ...all, ...values });
    expect(await page.locator(".proxy pre.file").textContent()).toBe(file?.text ?? "");
  };
  await page.getByLabel("Token from").selectOption("Basic’s password too");
  await expectFile({ token: "basic" });
  await page.getByLabel("Token from").selectOption("A header of its own");
  await page.getByLabel("Name of the header").fill("authorization");
  await page.getByText("The header must have a name of its own").waitFor();
  await page.getByLabel("Name of the header").fill("x-feeds-token");
  const token = { header: "x-feeds-token" };
  await expectFile({ token });
  await publisher.fill("unix:/run/publisher/publisher.sock");
  await expectFile({ token, publisher: "unix:/run/publisher/publisher.sock" });
  await page.getByLabel("Proxy", { exact: true }).selectOption("traefik");
  await page.getByText("Traefik cannot reach Publisher by a socket").waitFor();
});

test("a proxy's file has an address that needs no look-up", async () => {
  const { id } = await create({ access: "read", audiences: ["wiki"] });
  const { port } = new URL(server.url);
  const { page } = await openTab({ origin: `http://localhost:${port}` });
  await page.goto(`/#/tokens/${id}`);
  await signIn(page, server.firstToken);
  await page.getByText("Protect a service").click();
  expect(await page.getByLabel("Publisher, as the proxy reaches it").inputValue()).toBe(`127.0.0.1:${port}`);
});
