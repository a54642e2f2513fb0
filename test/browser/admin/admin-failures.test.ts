import { expect, test } from "bun:test";
import { openForm, secretDialog, signIn, useAdminPage } from "../../support/browser/admin-page.ts";
import { askedPaths, cutOff, refuse, STORE_FAILS } from "../../support/browser/routes.ts";

const { server, openTab, signedIn, create } = await useAdminPage();

test("without the server the page says so, keeps typed text, and loads the list once it is back", async () => {
  const { page } = await signedIn();
  await cutOff(page);
  await page.getByRole("link", { name: /^Revoked/ }).click();
  await page.getByText("The list loads once it answers.").waitFor();
  await page.getByText("Publisher cannot be reached. Trying again…").waitFor();
  await page.unroute("**/*");
  await page.getByText("Publisher cannot be reached.").first().waitFor({ state: "detached" });
  await page.getByText("The list loads once it answers.").waitFor({ state: "detached" });

  const form = await openForm(page);
  await form.getByRole("textbox").fill("Typed with care");
  await form.getByRole("radio", { name: "Write" }).check();
  await cutOff(page);
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("Your input stays here.").waitFor();
  await page.unroute("**/*");
  await form.getByText("Publisher answers again.").waitFor();
  expect(await form.getByRole("textbox").inputValue()).toBe("Typed with care");
  expect(await form.getByRole("radio", { name: "Write" }).isChecked()).toBe(true);
  expect((await server.call("api-token/list")).text).not.toContain("Typed with care");
  await form.getByRole("button", { name: "Create token" }).click();
  await secretDialog(page);
});

test("signing in waits for a server that is gone", async () => {
  const { page } = await openTab();
  await page.goto("/");
  await page.getByLabel("API token").fill(server.firstToken);
  await cutOff(page);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Your input stays here").waitFor();
  await page.unroute("**/*");
  await page.getByRole("button", { name: "Sign out" }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API token").fill(server.firstToken);
  await cutOff(page);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Your input stays here").waitFor();
  const asked = askedPaths(page);
  await page.getByLabel("API token").fill("sk_live_another");
  await page.getByText("Your input stays here").waitFor({ state: "detached" });
  await page.unroute("**/*");
  await page.getByText("Publisher cannot be reached.").waitFor({ state: "detached" });
  expect(await page.getByLabel("API token").inputValue()).toBe("sk_live_another");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is incomplete").waitFor();
  expect(asked.filter((path) => path.includes("publisher.v1"))).toEqual([]);
});

test("an error of the API is shown with its trace id, which can be copied", async () => {
  const tab = await signedIn();
  const { page } = tab;
  await refuse(page, "api-token/list");
  await page.getByRole("link", { name: "Expired" }).first().click();
  const alert = page.getByRole("alert").filter({ hasText: `${STORE_FAILS}.` });
  await alert.waitFor();
  // The rows were those of another tab.
  expect(await page.getByRole("table").count()).toBe(0);
  const copied = await tab.copied(alert.getByRole("button", { name: "Copy trace id" }));
  expect(copied).toBe("0123456789abcdef0123456789abcdef");
  await page.unroute("**/api-token/list");
  await alert.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Nothing has expired" }).waitFor();
});

test("a fault in a new token is shown at its field", async () => {
  const { page } = await signedIn();
  const form = await openForm(page);
  await form.getByRole("textbox").fill("\u0085 is a control character");
  await form.getByRole("radio", { name: "On a date" }).check();
  await form.getByLabel("Last day").fill("");
  await form.getByRole("button", { name: "Create token" }).click();
  expect(await page.evaluate("document.querySelector('input[type=date]').validity.valueMissing")).toBe(true);
  const description = form.getByRole("textbox", { name: "Description" });
  expect(await description.getAttribute("maxlength")).toBe("1000");
  await form.getByLabel("Last day").fill("2030-12-31");
  await form.getByText("It ends on 31 Dec 2030, 23:59:59 UTC.").waitFor();
  await form.getByRole("button", { name: "Create token" }).click();
  await form.locator(".field-fault").getByText("control characters").waitFor();
  const alert = form.getByRole("alert");
  await alert.getByText(/^Description must not have control characters/).waitFor();
  expect(await description.getAttribute("aria-invalid")).toBe("true");
});

test("an address that means nothing", async () => {
  const { page } = await openTab();
  await page.goto("/#/tokens/%E0%A4%A");
  await signIn(page, server.firstToken);
  await page.getByText("must be a token id").waitFor();
  await page.goto("/#/tokens?status=odd&sort=-odd&from=2026-02-30&page=-1&after=altered");
  await page.getByText("must be a cursor that this server gave").waitFor();
  await page.getByRole("link", { name: "Go to the first page" }).click();
  await page.getByRole("table").getByRole("link", { name: "First token" }).waitFor();
});

test.each([-26, 26])(
  "a browser whose clock is %p hours off goes by the time of the server",
  async (hours) => {
    const { id } = await create({ access: "read", description: `Replaced ${hours}` });
    await server.call("api-token/rotate", { id, overlap_seconds: 7200 });
    const { page } = await openTab();
    await page.clock.install({ time: Date.now() + hours * 3_600_000 });
    await page.goto(`/#/tokens/${id}`);
    await signIn(page, server.firstToken);
    await page.locator(".details-marks .status-active").waitFor();
    await page.getByText("Its secret works until").waitFor();
    await page.getByText("in 2 hours").waitFor();
    const asked = page.waitForRequest("**/api-token/usage");
    await page.getByLabel("How far back").selectOption("24 hours");
    const from = Date.parse((await asked).postDataJSON().from);
    await page.getByText("Not used in the last 24 hours.").waitFor();
    expect(Date.now() - from).toBeWithin(22.9 * 3_600_000, 23.1 * 3_600_000);

    await page.goto("/#/tokens");
    await openForm(page);
    await page.getByRole("radio", { name: "7 days" }).check();
    const sent = page.waitForRequest("**/api-token/create");
    await page.getByRole("button", { name: "Create token" }).click();
    const expiresAt = Date.parse((await sent).postDataJSON().expires_at);
    expect(expiresAt - Date.now()).toBeWithin(6.9 * 86_400_000, 7.1 * 86_400_000);
    await secretDialog(page);
  },
);
