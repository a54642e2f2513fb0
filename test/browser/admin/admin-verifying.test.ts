import { expect, test } from "bun:test";
import { closeSecret, openForm, secretDialog, useAdminPage } from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";

const { signedIn, create } = await useAdminPage();

/** The JSON that a command prints in a shell. */
async function printed(command: string, variables: Record<string, string>): Promise<unknown> {
  const shell = Bun.spawn(["sh", "-c", command], { env: { ...process.env, ...variables }, stdout: "pipe" });
  return await new Response(shell.stdout).json();
}

test("a token that checks tokens is created, found, and shown as one everywhere", async () => {
  await create({ access: "read", audiences: ["wiki"], description: "Opener" });
  const shown = await create({ access: "read", audiences: ["wiki"], description: "Caller" });
  const tab = await signedIn();
  const { page } = tab;
  const form = await openForm(page);
  await form.getByLabel("Description").fill("The wiki asks");
  await form.getByRole("radio", { name: "Write" }).check();
  await form.getByRole("radio", { name: "Services", exact: true }).check();
  const task = form.getByRole("group", { name: "Purpose" });
  expect(await task.getByRole("radio", { name: "Open these services" }).isChecked()).toBe(true);
  await form.getByLabel("Names of the services").fill("wiki, feeds");
  await task.getByRole("radio", { name: "Check tokens for these services" }).check();
  await form.getByRole("group", { name: "Access" }).waitFor({ state: "detached" });
  const asked = page.waitForRequest("**/api-token/create");
  await form.getByRole("button", { name: "Create token" }).click();
  expect((await asked).postDataJSON()).toMatchObject({
    access: "read",
    audiences: ["wiki", "feeds"],
    verifies: true,
  });
  const secretShown = await secretDialog(page);
  await secretShown.getByText("Checks tokens for wiki and feeds. It opens nothing.").waitFor();
  expect(await secretShown.getByText("Protect a service").count()).toBe(0);
  await secretShown.getByRole("button", { name: "Copy API command" }).waitFor();
  await secretShown.getByRole("button", { name: "Copy token", exact: true }).click();
  const checker = await secretShown.locator(".secret-text").textContent();
  await secretShown.getByRole("button", { name: "Done" }).click();

  const row = page.getByRole("row", { name: "The wiki asks" });
  await row.getByRole("cell", { name: "Checks tokens" }).waitFor();
  await page.getByLabel("Access").selectOption("Checks tokens");
  await page.getByRole("row", { name: "Opener" }).waitFor({ state: "detached" });
  expect(page.url()).toEndWith("#/tokens?checks=yes");
  expect(await page.locator(".token-link").allTextContents()).toEqual(["The wiki asks"]);
  await page.getByLabel("Access").selectOption("Read");
  await page.getByRole("row", { name: "Opener" }).waitFor();
  expect(page.url()).toEndWith("#/tokens?access=read");

  await row.getByRole("link", { name: "The wiki asks" }).click();
  await page.locator(".details-marks").getByText("Checks tokens").waitFor();
  await page.getByText("Checks tokens for", { exact: true }).waitFor();
  await page.getByText("Created: checks tokens for wiki and feeds; called").waitFor();
  expect(await page.getByText("Protect a service").count()).toBe(0);
  const variables = { CHECKER: checker ?? "", SHOWN: shown.token };
  const copied = async (what: string) => await tab.copied(page.getByRole("button", { name: `Copy ${what}` }));
  expect(await printed(await copied("API command"), variables)).toMatchObject({
    valid: true,
    api_token: { id: shown.id },
  });
  expect(await printed(await copied("OAuth command"), variables)).toMatchObject({
    active: true,
    sub: shown.id,
  });
});

test("a token that opens services, or Publisher, is not shown as one that checks tokens", async () => {
  const { id } = await create({ access: "read", audiences: ["wiki"], description: "Opens" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByText("Protect a service").waitFor();
  expect(await page.getByText("Checks tokens").count()).toBe(0);
  expect(await page.getByText("Check a token").count()).toBe(0);
  await page.goto("/#/tokens?q=First");
  await page.getByRole("row", { name: "First token" }).waitFor();
  expect(await page.locator(".tokens").getByText("Checks tokens").count()).toBe(0);
});

test("choices for services do not count for a token for Publisher itself", async () => {
  const { page } = await signedIn();
  await openForm(page);
  await page.getByRole("radio", { name: "Services", exact: true }).check();
  await page.getByRole("radio", { name: "Check tokens for these services" }).check();
  const asked = page.waitForRequest("**/api-token/create");
  await atOnce(page, { check: "Publisher itself" }, { submit: "dialog form" });
  const sent = (await asked).postDataJSON();
  expect([sent.access, sent.audiences, "verifies" in sent]).toEqual(["read", null, false]);
  await secretDialog(page);
});

test("a token that checks tokens does not sign in, and its successor checks tokens too", async () => {
  const body = { access: "read", audiences: ["wiki"], verifies: true, description: "Checker" };
  const checker = await create(body);
  const { page } = await signedIn({ place: `#/tokens/${checker.id}` });
  await page.getByRole("button", { name: "Rotate token" }).click();
  const question = page.getByRole("dialog", { name: "Rotate this token?" });
  await question.locator(".named").getByText("Checks tokens", { exact: true }).waitFor();
  await question.getByRole("button", { name: "Rotate token" }).click();
  const shown = await secretDialog(page);
  await shown.getByText("Checks tokens for wiki. It opens nothing.").waitFor();
  await closeSecret(shown);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API token").fill(checker.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This token checks tokens for wiki, and not for Publisher itself.").waitFor();
});
