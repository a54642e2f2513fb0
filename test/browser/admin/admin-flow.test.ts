import { expect, test } from "bun:test";
import {
  closeSecret,
  createByForm,
  openForm,
  secretDialog,
  signIn,
  useAdminPage,
  waitForSignIn,
} from "../../support/browser/admin-page.ts";
import { refuse } from "../../support/browser/routes.ts";
import { RunningServer } from "../../support/executable/executable.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

test("sign in, create, copy, use, revoke, and be locked out", async () => {
  const tab = await signedIn();
  const { page } = tab;
  const form = await openForm(page);
  expect(await form.getByRole("radio", { name: "Read" }).isChecked()).toBe(true);
  expect(await form.getByRole("radio", { name: "90 days" }).isChecked()).toBe(true);
  await form.getByRole("textbox", { name: "Description" }).fill("Deploys of the website");
  await form.getByRole("radio", { name: "Write" }).check();
  await form.getByRole("radio", { name: "30 days" }).check();
  await form.getByRole("button", { name: "Create token" }).click();

  const shown = await secretDialog(page);
  const secret = await tab.copied(shown.getByRole("button", { name: "Copy token" }));
  expect(secret).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
  expect(await shown.textContent()).toContain(secret);
  const command = await tab.copied(shown.getByRole("button", { name: "Copy command" }));
  expect(command).toContain(`Authorization: Bearer ${secret}`);
  await shown.getByRole("button", { name: "Done" }).click();
  await shown.waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(secret);

  const self = (await server.call("api-token/current", {}, secret)).json;
  expect(self).toMatchObject({ description: "Deploys of the website", access: "write", status: "active" });
  const days = (Date.parse(self.expires_at) - Date.parse(self.created_at)) / 86_400_000;
  expect(days).toBeCloseTo(30, 3);

  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, secret);
  await page.getByRole("link", { name: "Deploys of the website", exact: true }).click();
  await page.getByRole("button", { name: "Revoke token" }).click();
  const question = page.getByRole("dialog", { name: "Revoke this token?" });
  expect(await question.textContent()).toContain("Deploys of the website");
  await question.getByText("You are signed in with this token.").waitFor();
  await question.getByRole("button", { name: "Revoke token" }).click();

  await waitForSignIn(page);
  expect(await page.getByRole("status").first().textContent()).toContain("You revoked the token");
  expect((await server.call("api-token/current", {}, secret)).status).toBe(401);
  await page.getByLabel("API token").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("The token was revoked.").waitFor();
});

test("somebody whose token is revoked meanwhile is signed out with the reason", async () => {
  const { id, token } = await create({ access: "read" });
  const { page } = await openTab();
  // The last call of the page: one that came after the revocation would sign out before the click does.
  const answered = page.waitForResponse("**/api-token/usage");
  await page.goto("/");
  await signIn(page, token);
  await answered;
  await page.locator('.overview[aria-busy="false"]').waitFor();
  await page.getByRole("table").getByRole("link", { name: "First token" }).waitFor();
  await server.call("api-token/revoke", { id });
  await page.getByRole("link", { name: "Expired" }).first().click();
  await page.getByText("You were signed out: the token was revoked.").waitFor();
});

test("a secret that is shown is lost neither by Escape, nor by a click beside it, nor by Back", async () => {
  const { page } = await signedIn();
  await page.getByRole("link", { name: "Expired" }).first().click();
  const shown = await createByForm(page);
  const secret = await shown.locator(".secret-text").textContent();
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await page.goBack();
  expect(await shown.locator(".secret-text").textContent()).toBe(secret);
  expect(await shown.getByRole("button", { name: "Done" }).isDisabled()).toBe(true);
  await closeSecret(shown);
});

test("a secret waits until the one that is shown is stored, and a form that is sent stays until the answer", async () => {
  const { page } = await signedIn();
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/create", async (route) => {
    const answer = await route.fetch();
    if (route.request().postDataJSON().description === "Slow") await held.promise;
    await route.fulfill({ response: answer });
  });
  const form = await openForm(page);
  await form.getByLabel("Description").fill("Slow");
  await form.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("button", { name: "Creating…" }).waitFor();
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Escape");
  expect(await page.getByRole("button", { name: "Cancel" }).isDisabled()).toBe(true);

  // Back takes the page away with its form; the call goes on.
  await page.goto("/#/tokens/atok_nobody");
  await page.getByText("There is no API token with this id.").waitFor();
  await page.getByRole("link", { name: "All tokens" }).click();
  const shown = await createByForm(page, "Quick");
  const quick = await shown.locator(".secret-text").textContent();
  await shown.getByRole("checkbox").check();
  const answered = page.waitForResponse("**/api-token/create");
  held.resolve();
  await (await answered).finished();
  expect(await shown.locator(".secret-text").textContent()).toBe(quick);
  await shown.getByRole("button", { name: "Done" }).click();
  await page.getByText("Created Quick").waitFor();
  expect(await shown.locator(".secret-text").textContent()).not.toBe(quick);
  expect(await shown.getByRole("checkbox").isChecked()).toBe(false);
  await closeSecret(shown);
});

test("30 idle minutes sign out, and no fewer", async () => {
  const { page } = await openTab();
  await page.clock.install();
  await page.goto("/");
  await signIn(page, server.firstToken);
  await page.clock.fastForward("29:00");
  expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
  await page.mouse.move(50, 60);
  await page.clock.fastForward("29:30");
  expect(await page.getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
  await page.clock.fastForward("01:00");
  await page.getByText("You were signed out after 30 minutes without activity.").waitFor();

  await signIn(page, server.firstToken);
  await createByForm(page);
  const { id } = (await server.call("api-token/list", { pagination: { limit: 1 } })).json.data[0];
  await page.clock.fastForward("30:30");
  await page.getByText(`unless you stored it, rotate ${id} to get another.`).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("a read token sees everything, and the page says why it changes nothing", async () => {
  const { token } = await create({ access: "read", description: "Auditor" });
  const { page } = await signedIn({ secret: token });
  await page.getByText("You are signed in with a read token.").waitFor();
  await page.getByRole("link", { name: "First token" }).waitFor();
  expect(await page.getByRole("button", { name: "New token" }).count()).toBe(0);
  expect(await page.getByRole("button", { name: /Revoke|Rotate/ }).count()).toBe(0);
  await page.getByRole("link", { name: "First token" }).click();
  await page.getByRole("heading", { name: "First token" }).waitFor();
  expect(await page.getByRole("button", { name: /Revoke|Rotate|Edit/ }).count()).toBe(0);
});

test("the last active token with write access is not revoked without a warning", async () => {
  await using other = await RunningServer.start();
  const { page } = await signedIn({ at: other });
  await page.getByRole("button", { name: "Revoke First token" }).click();
  const question = page.getByRole("dialog", { name: "Revoke this token?" });
  await question.getByText("This is the last active token with write access.").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });

  await refuse(page, "api-token/list");
  await page.getByRole("button", { name: "Revoke First token" }).click();
  await question.getByText("This may be the last active token with write access.").waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  expect((await other.call("api-token/current")).json.status).toBe("active");
});

test("the keyboard alone is enough to create and revoke", async () => {
  const { page } = await openTab();
  await page.goto("/");
  await waitForSignIn(page);
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(server.firstToken);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "New token" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog input:focus").waitFor();
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  const shown = await secretDialog(page);
  await shown.getByRole("checkbox").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await shown.waitFor({ state: "detached" });
  await page.locator("button:focus", { hasText: "New token" }).waitFor();
  await page.getByRole("button", { name: "Revoke By keyboard" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Revoked By keyboard").waitFor();
  await page.getByRole("button", { name: "Revoke By keyboard" }).waitFor({ state: "detached" });
  await page.locator("section:focus").waitFor();

  const { id } = await create({ access: "read" });
  await page.goto(`/#/tokens/${id}`);
  await page.locator("h1:focus").waitFor();
  for (const action of ["Edit", "Rotate token", "Revoke token"]) {
    await page.keyboard.press("Tab");
    await page.locator("button:focus", { hasText: action }).waitFor();
  }
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).press("Enter");
  await page.getByText("Revoked", { exact: true }).first().waitFor();
  await page.locator("h1:focus").waitFor();
});
