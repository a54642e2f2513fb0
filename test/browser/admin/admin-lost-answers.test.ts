import { describe, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import {
  expectInView,
  openForm,
  secretDialog,
  signIn,
  useAdminPage,
} from "../../support/browser/admin-page.ts";
import { atOnce } from "../../support/browser/at-once.ts";
import { cutOff, failure, hold, loseAnswers } from "../../support/browser/routes.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

const FOUND = "The token was created, but its secret got lost:";
const NOT_FOUND = "No token was found. Press “Create token” once more.";

/** Opens the form for a new token over the list, and fills it in. */
async function openFilled(description: string) {
  const { page } = await signedIn({ viewport: { width: 390, height: 700 } });
  await page.getByRole("row", { name: "First token" }).waitFor();
  const form = await openForm(page);
  await form.getByLabel("Description").fill(description);
  return { page, form, button: form.getByRole("button", { name: "Create token" }) };
}

async function countOf(description: string): Promise<number> {
  const filters = [{ key: "description", eq: description }];
  return (await server.call("api-token/list", { filters })).json.data.length;
}

async function expectInList(page: Page, description: string): Promise<void> {
  await page.locator("a.token-link", { hasText: description }).waitFor({ state: "attached" });
}

describe("a creation", () => {
  test.each([
    ["no answer", undefined],
    ["half an answer", { status: 200, body: "{" }],
    [
      "503 of an unknown outcome",
      { status: 503, body: failure("unavailable", "No", { outcome: "unknown" }) },
    ],
  ])("with %s is found, is in the list, and is not made again by a second press", async (name, answer) => {
    const { page, form, button } = await openFilled(`Lost by ${name}`);
    await loseAnswers(page, "api-token/create", answer);
    await button.click();
    await expectInView(page, form.locator(".dialog-failure:focus", { hasText: FOUND }));
    const link = form.getByRole("link", { name: "Go to the token" });
    await expectInView(page, link);
    await expectInList(page, `Lost by ${name}`);
    expect(await button.count()).toBe(0);
    await atOnce(page, { submit: "dialog form" });
    await form.getByLabel("Description").press("Enter");
    expect(await countOf(`Lost by ${name}`)).toBe(1);
    await link.click();
    await page.getByRole("heading", { name: `Lost by ${name}` }).waitFor();
  });

  test("that is made some seconds after its answer got lost is found, and is in the list", async () => {
    const { page, form, button } = await openFilled("Late");
    await page.route("**/api-token/create", (route) => route.fulfill({ status: 504, body: "" }));
    let searches = 0;
    await page.route("**/api-token/list", async (route) => {
      if (route.request().postData()?.includes("created_at") === true) searches += 1;
      if (searches === 3 && (await countOf("Late")) === 0)
        await create({ access: "read", description: "Late" });
      await route.continue();
    });
    await button.click();
    await form.getByText(FOUND).waitFor();
    await expectInList(page, "Late");
  });

  test("is looked for again on demand where the search fails", async () => {
    const { page, form, button } = await openFilled("Not looked up");
    await loseAnswers(page, "api-token/create", { status: 502, body: "" });
    await page.route("**/api-token/list", (route) => route.fulfill({ status: 502, body: "" }));
    await button.click();
    await form.getByText("Whether the token was created could not be checked:").waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.unroute("**/api-token/list");
    await form.getByRole("button", { name: "Try again" }).click();
    await form.getByText(FOUND).waitFor();
  });

  test("that was made before another press is not made again by it", async () => {
    const { page, form, button } = await openFilled("Later than that");
    await page.route("**/api-token/create", (route) => route.fulfill({ status: 504, body: "" }));
    await button.click();
    await form.getByText(NOT_FOUND).waitFor();
    await page.unroute("**/api-token/create");
    await create({ access: "read", description: "Later than that" });
    await button.click();
    await form.getByText(FOUND).waitFor();
    expect(await countOf("Later than that")).toBe(1);
  });

  test("cannot be repeated until its outcome is known", async () => {
    const { page, form, button } = await openFilled("Sent once");
    await cutOff(page);
    await button.click();
    await form.getByText("This text changes once it answers.").waitFor();
    expect(await button.isDisabled()).toBe(true);
    const release = await hold(page, "api-token/list");
    await page.unroute("**/*");
    await form.getByText("The answer did not arrive. Publisher answers again.").waitFor();
    await form.getByText("Checking whether the token was created…").waitFor();
    expect(await button.isDisabled()).toBe(true);
    expect(await form.locator(".notice.danger").count()).toBe(0);
    release();
    await form.getByText(NOT_FOUND).waitFor();
    await button.click();
    await secretDialog(page);
    expect(await countOf("Sent once")).toBe(1);
  });

  test("that is found takes the focus from nobody who types meanwhile", async () => {
    const { page, form, button } = await openFilled("");
    await cutOff(page);
    await button.click();
    await form.locator(".dialog-failure:focus").waitFor();
    await form.getByLabel("Description").fill("Typed meanwhile");
    await page.unroute("**/*");
    await form.getByText("No token was found.").waitFor();
    await form.locator("input:focus").waitFor();
  });
});

/** Opens the dialog for a change of a new token. */
async function openChange(button: string): Promise<{ readonly page: Page; readonly question: Locator }> {
  const { id } = await create({ access: "read" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByRole("button", { name: button }).click();
  return { page, question: page.getByRole("dialog") };
}

const ADVICE = "rotate it again: the error names its successor";

describe("a rotation", () => {
  test("that did not arrive is no red failure once the server is back", async () => {
    const { page, question } = await openChange("Rotate token");
    await page.route("**/api-token/rotate", (route) => route.abort("connectionrefused"));
    await question.getByRole("button", { name: "Rotate token" }).click();
    const notice = question.locator(".notice.neutral", { hasText: "Publisher answers again." });
    await notice.getByText(ADVICE).waitFor();
    expect(await question.locator(".notice.danger").count()).toBe(0);
  });

  test("with an open outcome says how to go on, and the page shows the outcome", async () => {
    const { page, question } = await openChange("Rotate token");
    await loseAnswers(page, "api-token/rotate", { status: 504, body: "" });
    await question.getByRole("button", { name: "Rotate token" }).click();
    await question.getByText(ADVICE).waitFor();
    await page.getByText("Replaced by another token").waitFor();
  });

  /** Opens the dialog that rotates the token that is signed in, at once. */
  async function openOwn(page: Page): Promise<Locator> {
    await page.getByRole("button", { name: "Rotate Own" }).first().click();
    const question = page.getByRole("dialog", { name: "Rotate this token?" });
    await question.getByRole("radio", { name: "Not at all" }).check();
    return question;
  }

  test.each([
    ["no answer", undefined],
    ["half an answer", { status: 200, body: "{" }],
  ])("of one's own token with %s says how to go on", async (name, answer) => {
    const { token } = await create({ access: "write", description: `Own with ${name}` });
    const { page } = await signedIn({ secret: token });
    const question = await openOwn(page);
    await loseAnswers(page, "api-token/rotate", answer);
    await question.getByRole("button", { name: "Rotate token" }).click();
    await question.getByText("it is revoked, and your next step signs you out").waitFor();
    await page.unroute("**/api-token/rotate");
    await question.getByRole("button", { name: "Rotate token" }).click();
    await page.getByText("You were signed out: the token was revoked.").waitFor();
  });

  test("of one's own token keeps its advice when an earlier call is refused", async () => {
    const { token } = await create({ access: "write", description: "Own and gone" });
    const { page } = await openTab();
    const release = await hold(page, "api-token/usage");
    await loseAnswers(page, "api-token/rotate");
    await page.goto("/");
    await signIn(page, token);
    const question = await openOwn(page);
    await question.getByRole("button", { name: "Rotate token" }).click();
    const advice = question.getByText("it is revoked, and your next step signs you out");
    await advice.waitFor();
    release();
    await page.locator(".card").getByText("The token was revoked.").waitFor();
    expect(await advice.isVisible()).toBe(true);
  });
});

test("a revocation that a proxy answered with 504 is shown all the same", async () => {
  const { page, question } = await openChange("Revoke token");
  await loseAnswers(page, "api-token/revoke", { status: 504, body: "" });
  await question.getByRole("button", { name: "Revoke token" }).click();
  await question.getByText("The server answered with status 504.").waitFor();
  await question.getByRole("button", { name: "Keep it" }).click();
  await page.locator("main").getByText("Revoked", { exact: true }).first().waitFor();
});
