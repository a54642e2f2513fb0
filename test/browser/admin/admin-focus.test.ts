import { expect, test } from "bun:test";
import { createByForm, openForm, signIn, useAdminPage } from "../../support/browser/admin-page.ts";
import { hold } from "../../support/browser/routes.ts";
import { PATIENCE_MS } from "../../support/patience.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

test("the focus is on the heading after signing in, and after a token that is not there", async () => {
  const { page } = await signedIn();
  await page.locator("h1:focus", { hasText: "API tokens" }).waitFor();
  await page.goto("/#/tokens/atok_nobody");
  await page.locator("h1:focus", { hasText: "This token cannot be shown" }).waitFor();
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.locator("h1:focus", { hasText: "API tokens" }).waitFor();

  const other = await openTab();
  await other.page.goto("/#/activity");
  await signIn(other.page, server.firstToken);
  await other.page.locator("h1:focus", { hasText: "Activity" }).waitFor();
});

test("Back gives the focus to the token that was opened", async () => {
  for (const description of ["Opened", "Beside it"]) await create({ access: "read", description });
  const { page } = await signedIn();
  for (const back of [
    async () => await page.goBack(),
    async () => await page.getByRole("link", { name: "All tokens" }).press("Enter"),
  ]) {
    await page.getByRole("link", { name: "Opened" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("h1:focus", { hasText: "Opened" }).waitFor();
    await back();
    await page.locator("a:focus", { hasText: "Opened" }).waitFor();
  }
});

test("a token that comes late leaves the focus where somebody has put it meanwhile", async () => {
  const { id } = await create({ access: "read", description: "Late" });
  const { page } = await signedIn();
  await page.getByRole("banner").getByRole("link", { name: "First token" }).click();
  await page.locator("h1:focus", { hasText: "First token" }).waitFor();
  const release = await hold(page, "api-token/get");
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Loading the token").waitFor();
  await page.getByRole("link", { name: "All tokens" }).focus();
  release();
  await page.getByRole("region", { name: "History" }).getByText("Created").waitFor();
  await page.locator("a:focus", { hasText: "All tokens" }).waitFor();
});

test("Escape does not throw away a form that was filled in", async () => {
  const { page } = await signedIn();
  const form = await openForm(page);
  const question = form.getByRole("alertdialog", { name: "Discard what you entered?" });
  await form.waitFor();
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });

  await openForm(page);
  const description = form.getByRole("textbox", { name: "Description" });
  await description.fill("Typed with care");
  await page.keyboard.press("Escape");
  await question.waitFor();
  await page.locator("button:focus", { hasText: "Keep editing" }).waitFor();
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("Escape");
  expect(await description.inputValue()).toBe("Typed with care");
  await question.getByRole("button", { name: "Keep editing" }).click();
  await question.waitFor({ state: "detached" });
  await page.locator("dialog input:focus").waitFor();
  await form.getByRole("button", { name: "Close" }).click();
  await question.getByRole("button", { name: "Discard" }).click();
  await form.waitFor({ state: "detached" });
  await page.locator("button:focus", { hasText: "New token" }).waitFor();

  await page.getByRole("link", { name: "First token" }).first().click();
  for (const [button, choice] of [
    ["Edit", "30 days"],
    ["Rotate token", "7 days"],
  ] as const) {
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("dialog").getByRole("radio", { name: choice }).last().check();
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
});

test("each copy in a dialog is announced inside the dialog", async () => {
  const { page } = await signedIn();
  const shown = await createByForm(page);
  const said = shown.locator("[aria-live=polite]").last();
  // While the clock stands still, the button does not go back to its first words.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + PATIENCE_MS);
  await shown.getByRole("button", { name: "Copy token" }).click();
  await said.getByText("Copied token").waitFor();
  await page.evaluate("document.querySelector('dialog > [aria-live=polite] p').textContent = 'said before'");
  await shown.getByRole("button", { name: "Copied" }).click();
  await said.getByText("Copied token").waitFor();
  await page.clock.runFor(3000);
  await shown.getByRole("button", { name: "Copy token" }).waitFor();
  await shown.getByRole("button", { name: "Done" }).click();
});
