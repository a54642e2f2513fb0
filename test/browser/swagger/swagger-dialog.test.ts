import { expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import {
  block,
  fillBasic,
  fillBearer,
  open,
  openDialog,
  schemeWith,
  useSwaggerPage,
} from "../../support/browser/swagger-page.ts";
import { until } from "../../support/patience.ts";

const { server, openTab, openSwagger } = await useSwaggerPage();

test("Tab stays in the Authorize dialog, forward and back", async () => {
  const { page } = await openSwagger();
  await openDialog(page);
  for (const key of ["Tab", "Shift+Tab"]) {
    const reached = new Set<string>();
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press(key);
      reached.add(await page.evaluate<string>(PLACE_OF_FOCUS));
    }
    // From the last control of a dialog, the browser goes on to its own controls, which has the focus on nothing here.
    expect([...reached].filter((place) => place !== "nothing").sort()).toEqual([
      "dialog: Authorize",
      "dialog: Close",
      "dialog: auth-basic-password",
      "dialog: auth-basic-username",
      "dialog: auth-bearer-value",
    ]);
  }
});

test("a closed Authorize dialog gives the focus back to the button that opened it", async () => {
  const { page } = await openSwagger();
  const lock = block(page, "listApiTokens").locator(".authorization__btn");
  const dialog = page.getByRole("dialog", { name: "Authorize" });
  for (const opener of [page.locator(".auth-wrapper > .authorize"), lock])
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => dialog.locator(".btn-done").first().click(),
      () => dialog.locator(".close-modal").click(),
    ]) {
      await opener.focus();
      await page.keyboard.press("Enter");
      await page.locator("#auth-bearer-value:focus").waitFor();
      await close();
      await dialog.waitFor({ state: "detached" });
      await focused(opener);
      expect(await page.locator("[inert]").count()).toBe(0);
    }
});

test("the button in the outline that opened the dialog has its successor get the focus", async () => {
  const { page } = await openTab();
  await page.goto("/swagger");
  await page.locator("#outline").getByRole("button", { name: "Authorize" }).click();
  await page.locator("#auth-bearer-value:focus").waitFor();
  await page.keyboard.press("Escape");
  await focused(page.locator("#swagger-ui .auth-wrapper > .authorize"));
});

test("Authorize and Logout keep the focus in their part of the dialog", async () => {
  const { page } = await openSwagger();
  await openDialog(page);
  for (const fill of [fillBearer, fillBasic]) {
    const field = await fill(page, server.firstToken);
    const index = fill === fillBearer ? 0 : 1;
    const part = page.locator(".auth-container").nth(index);
    await schemeWith(page, field).locator(".authorize").focus();
    await page.keyboard.press("Enter");
    await focused(part.getByRole("button", { name: "Logout" }));
    await page.keyboard.press("Enter");
    await part.getByRole("button", { name: "Authorize" }).waitFor();
    await part.locator(":focus").waitFor();
  }
  await fillBearer(page, server.firstToken);
  await page.keyboard.press("Enter");
  await focused(page.getByRole("button", { name: "Logout" }));
  await page.keyboard.press("Escape");
  await focused(page.locator(".auth-wrapper > .authorize"));
  await page.keyboard.press("Enter");
  await focused(page.getByRole("button", { name: "Logout" }));
});

test("an endpoint whose example got the caller's id meanwhile gets the focus back, too", async () => {
  const { page } = await openSwagger();
  const { id } = (await server.call("api-token/current")).json;
  const get = await open(page, "getApiToken");
  await get.locator(".authorization__btn").click();
  await fillBearer(page, server.firstToken);
  await page.keyboard.press("Enter");
  const body = get.locator("textarea.body-param__text");
  await until(async () => (await body.inputValue()).includes(id));
  await focused(page.getByRole("button", { name: "Logout" }));
  await page.keyboard.press("Escape");
  await focused(get.locator(".authorization__btn"));
});

/** Waits until an element has the focus. */
async function focused(element: Locator): Promise<void> {
  await element.and(element.page().locator(":focus")).waitFor();
}

/** Whether the dialog, the page behind it or nothing has the focus, and its name. */
const PLACE_OF_FOCUS = `(() => {
  const { activeElement } = document;
  if (activeElement === document.body) return "nothing";
  const name = activeElement.id || activeElement.ariaLabel || activeElement.textContent;
  return (activeElement.closest(".modal-ux") ? "dialog: " : "behind: ") + name;
})()`;
