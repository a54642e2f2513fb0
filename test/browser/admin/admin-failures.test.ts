import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { failure, signedIn, signIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test("a description that is markup is text wherever it appears", async () => {
  const { token } = (await server.call("api-token/create", { access: "write", description: MARKUP })).json;
  await using tab = await signedIn(browser, server, { secret: token });
  const { page } = tab;
  const expectNoMarkup = async () => {
    expect(await page.locator("img, #app script").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
  };
  await page.getByRole("banner").getByText(MARKUP).waitFor();
  await page.getByRole("searchbox").fill(MARKUP.slice(0, 30));
  await page.getByRole("table").getByRole("link", { name: MARKUP }).waitFor();
  await expectNoMarkup();
  await page.getByRole("table").getByRole("link", { name: MARKUP }).click();
  await page.getByRole("heading", { name: MARKUP }).waitFor();
  expect(await page.title()).toBe(`${MARKUP} · Publisher`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("dialog").getByText(MARKUP).waitFor();
  await expectNoMarkup();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill(MARKUP);
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("checkbox", { name: "I have stored the token" }).check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText(`Created ${MARKUP}`).waitFor();
  await expectNoMarkup();
  expect(tab.faults).toEqual([]);
});

test("a server that is gone is said to be, what was typed stays, and the list comes back with it", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const cut = async () => await page.route("**/*", (route) => route.abort("connectionrefused"));
  const mend = async () => await page.unroute("**/*");

  await cut();
  await page.getByRole("link", { name: /^Revoked/ }).click();
  await page.getByText("The list comes once it answers.").waitFor();
  await page.getByText("Publisher cannot be reached. Trying again…").waitFor();
  await mend();
  await page.getByText("Publisher cannot be reached.").first().waitFor({ state: "detached" });
  await page.getByText("The list comes once it answers.").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("textbox").fill("Typed with care");
  await form.getByRole("radio", { name: "Write" }).check();
  await cut();
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("What you typed stays here.").waitFor();
  await mend();
  await form.getByText("Publisher answers again.").waitFor();
  expect(await form.getByRole("textbox").inputValue()).toBe("Typed with care");
  expect(await form.getByRole("radio", { name: "Write" }).isChecked()).toBe(true);
  expect((await server.call("api-token/list")).text).not.toContain("Typed with care");
  await form.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
});

test("signing in waits for a server that is gone", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/");
  await page.getByLabel("API token").fill(server.firstToken);
  await page.route("**/*", (route) => route.abort("connectionrefused"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("What you typed stays here").waitFor();
  await page.unroute("**/*");
  await page.getByRole("button", { name: "Sign out" }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API token").fill(server.firstToken);
  await page.route("**/*", (route) => route.abort("connectionrefused"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("What you typed stays here").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.getByLabel("API token").fill("sk_live_another");
  await page.getByText("What you typed stays here").waitFor({ state: "detached" });
  await page.unroute("**/*");
  await page.getByText("Publisher cannot be reached.").waitFor({ state: "detached" });
  expect(await page.getByLabel("API token").inputValue()).toBe("sk_live_another");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is incomplete").waitFor();
  expect(asked.filter((path) => path.includes("publisher.v1"))).toEqual([]);
});

test("what the API says of an error is shown with its trace id, which can be copied", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.route("**/api-token/list", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/json",
      body: failure("unavailable", "The store cannot be used now; try again later"),
    }),
  );
  await page.getByRole("link", { name: "Expired" }).first().click();
  const alert = page.getByRole("alert").filter({ hasText: "The store cannot be used now; try again later." });
  await alert.waitFor();
  // The rows were those of another tab.
  expect(await page.getByRole("table").count()).toBe(0);
  const copied = await tab.copied(alert.getByRole("button", { name: "Copy trace id" }));
  expect(copied).toBe("0123456789abcdef0123456789abcdef");
  await page.unroute("**/api-token/list");
  await alert.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Nothing has expired" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("what is wrong with a new token is said beside it", async () => {
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
  await form.getByRole("textbox").fill("\u0085 is a control character");
  await form.getByRole("radio", { name: "On a date" }).check();
  await form.getByLabel("Last day").fill("");
  await form.getByRole("button", { name: "Create token" }).click();
  expect(await page.evaluate("document.querySelector('input[type=date]').validity.valueMissing")).toBe(true);
  expect(await form.getByRole("textbox", { name: "Description" }).getAttribute("maxlength")).toBe("1000");
  await form.getByLabel("Last day").fill("2030-12-31");
  await form.getByText("It ends on 31 Dec 2030, 23:59:59 UTC.").waitFor();
  await form.getByRole("button", { name: "Create token" }).click();
  await form.locator(".field-fault").getByText("control characters").waitFor();
  await form
    .getByRole("alert")
    .getByText(/^Description must not have control characters/)
    .waitFor();
  expect(await form.getByRole("textbox", { name: "Description" }).getAttribute("aria-invalid")).toBe("true");
  expect(tab.faults).toEqual([]);
});

test("a token that is not there, and an address that means nothing", async () => {
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  await page.goto("/#/tokens/atok_nobody");
  await signIn(tab, server.firstToken);
  await page.getByText("There is no API token with this id.").waitFor();
  await page.goto("/#/tokens/%E0%A4%A");
  await page.getByText("must be a token id").waitFor();
  await page.goto("/#/tokens?status=odd&sort=-odd&from=2026-02-30&page=-1&after=altered");
  await page.getByText("must be a cursor that this server gave").waitFor();
  await page.getByRole("link", { name: "Go to the first page" }).click();
  await page.getByRole("table").getByRole("link", { name: "First token" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test.each([-26, 26])("a browser whose clock is %p hours off tells times by the server's", async (hours) => {
  const create = { access: "read", description: `Replaced ${hours}` };
  const { id } = (await server.call("api-token/create", create)).json;
  await server.call("api-token/rotate", { id, overlap_seconds: 7200 });
  await using tab = await Tab.open(browser, server.url);
  const { page } = tab;
  const asked: Record<string, string>[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/usage")) asked.push(request.postDataJSON());
  });
  await page.clock.install({ time: Date.now() + hours * 3_600_000 });
  await page.goto(`/#/tokens/${id}`);
  await signIn(tab, server.firstToken);
  await page.locator(".details-marks .status-active").waitFor();
  await page.getByText("Its secret works until").waitFor();
  await page.getByText("in 2 hours").waitFor();
  await page.getByLabel("How far back").selectOption("24 hours");
  await page.getByText("Not used in the last 24 hours.").waitFor();
  const from = Date.parse(asked.at(-1)?.from ?? "");
  expect(Date.now() - from).toBeWithin(22.9 * 3_600_000, 23.1 * 3_600_000);

  await page.goto("/#/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("radio", { name: "7 days" }).check();
  const sent = page.waitForRequest("**/api-token/create");
  await page.getByRole("button", { name: "Create token" }).click();
  const expiresAt = Date.parse((await sent).postDataJSON().expires_at);
  expect(expiresAt - Date.now()).toBeWithin(6.9 * 86_400_000, 7.1 * 86_400_000);
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  expect(tab.faults).toEqual([]);
});
