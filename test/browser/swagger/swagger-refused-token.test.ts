import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import {
  fillBasic,
  fillBearer,
  openDialog,
  schemeWith,
  useSwaggerPage,
} from "../../support/browser/swagger-page.ts";

const { server, openSwagger } = await useSwaggerPage();

const REFUSAL = ".auth-container .refused-token";

test("the Authorize dialog says why Publisher does not accept a token, until Logout", async () => {
  const revoked = await newToken({ access: "read" });
  await server.call("api-token/revoke", { id: revoked.id });
  const { page } = await openSwagger();
  await openDialog(page);
  for (const fill of [fillBearer, fillBasic])
    for (const [secret, reason] of [
      ["nonsense", "The token is unknown."],
      [revoked.token, "The token was revoked."],
      ["sk_live_…abcd", "It has a character that no token has."],
    ] as const) {
      const part = schemeWith(page, await fill(page, secret));
      const nth = fill === fillBearer ? 0 : 1;
      await part.getByRole("button", { name: "Authorize" }).click();
      const alert = page.locator(".auth-container").nth(nth).getByRole("alert");
      expect(await alert.textContent()).toBe(`Publisher does not accept this token: ${reason}`);
      expect(await page.locator(REFUSAL).count()).toBe(1);
      // It is no error of the page.
      expect(await page.locator(".errors-wrapper").count()).toBe(0);
      await page.getByRole("button", { name: "Logout" }).click();
      await alert.waitFor({ state: "detached" });
    }
});

test("the note stays for a dialog that is opened again, and goes with another token", async () => {
  const { page } = await openSwagger();
  await openDialog(page);
  await authorizeAs(page, "nonsense");
  await page.locator(REFUSAL).waitFor();
  await page.keyboard.press("Escape");
  await openDialog(page);
  await page.locator(REFUSAL).waitFor();
  await page.getByRole("button", { name: "Logout" }).click();
  await authorizeAs(page, server.firstToken);
  await page.getByRole("button", { name: "Logout" }).waitFor();
  expect(await page.locator(REFUSAL).count()).toBe(0);
});

test("the dialog says nothing of tokens for services, for verifying, nor without an answer", async () => {
  const service = await newToken({ access: "read", audiences: ["wiki"] });
  const verifier = await newToken({ access: "read", audiences: ["wiki"], verifies: true });
  const { page } = await openSwagger();
  await openDialog(page);
  for (const secret of [server.firstToken, service.token, verifier.token]) {
    const answered = page.waitForResponse("**/api-token/current");
    await authorizeAs(page, secret);
    expect((await answered).status()).toBe(200);
    await expectNoRefusal(page);
  }
  for (const status of [403, 500, 502]) {
    await page.route("**/api-token/current", (route) => route.fulfill({ status, body: "" }));
    const answered = page.waitForResponse("**/api-token/current");
    await authorizeAs(page, "nonsense");
    expect((await answered).status()).toBe(status);
    await expectNoRefusal(page);
  }
  await page.route("**/api-token/current", (route) => route.abort());
  const failed = page.waitForEvent("requestfailed");
  await authorizeAs(page, "nonsense");
  await failed;
  await expectNoRefusal(page);
});

test("a late answer says nothing of the token that was typed after it", async () => {
  const { page } = await openSwagger();
  const late = Promise.withResolvers<void>();
  await openDialog(page);
  await page.route("**/api-token/current", async (route) => {
    if (route.request().headers().authorization === "Bearer nonsense") await late.promise;
    await route.continue();
  });
  await authorizeAs(page, "nonsense");
  await page.getByRole("button", { name: "Logout" }).click();
  await authorizeAs(page, server.firstToken);
  const refused = page.waitForResponse((answer) => answer.status() === 401);
  late.resolve();
  await refused;
  await expectNoRefusal(page);
});

/** Finds no note once the page has dealt with all that came, and logs out. */
async function expectNoRefusal(page: Page): Promise<void> {
  await page.evaluate("new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve)))");
  expect(await page.locator(REFUSAL).count()).toBe(0);
  await page.getByRole("button", { name: "Logout" }).click();
}

async function newToken(body: object): Promise<{ readonly id: string; readonly token: string }> {
  return (await server.call("api-token/create", body)).json;
}

async function authorizeAs(page: Page, secret: string): Promise<void> {
  await fillBearer(page, secret);
  await page.keyboard.press("Enter");
}
