import { expect, test } from "bun:test";
import {
  createByForm,
  openForm,
  secretDialog,
  useAdminPage,
  waitForSignIn,
} from "../../support/browser/admin-page.ts";
import { askedPaths } from "../../support/browser/routes.ts";
import { RunningServer } from "../../support/executable/executable.ts";

const { server, signedIn, create } = await useAdminPage();

test("a space in the name of a service is refused, and the new token names its services", async () => {
  const { page } = await signedIn();
  const form = await openForm(page);
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByLabel("Names of the services").fill("office wiki");
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("Write “office-wiki” for one service, or “office, wiki” for 2 services.").waitFor();
  await form.getByLabel("Names of the services").and(page.locator(":focus")).fill("office-wiki, git; feeds");
  await form.getByRole("button", { name: "Create token" }).click();
  const shown = await secretDialog(page);
  await shown.getByText("for office-wiki, git and feeds. It opens nothing else.").waitFor();
});

test("a new token for Publisher itself names no services", async () => {
  const { page } = await signedIn();
  const shown = await createByForm(page);
  expect(await shown.getByText("It opens").count()).toBe(0);
});

test("announcements are gone after signing out", async () => {
  const { page } = await signedIn();
  await page.getByRole("row", { name: "First token" }).waitFor();
  // Nothing that is announced goes by itself.
  const withoutLate =
    "{ const own = setTimeout; window.setTimeout = (act, ms) => (ms >= 6000 ? 0 : own(act, ms)); }";
  await page.evaluate(withoutLate);
  await page.getByRole("button", { name: "Refresh the list" }).click();
  await page.locator(".toast", { hasText: "Refreshed" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  expect(await page.getByText("Refreshed").count()).toBe(0);
});

test("long names of services are shown to their ends in the form and in the list", async () => {
  const names = ["a-service-with-a-long-name-for-the-east", "a-service-with-a-long-name-for-the-west"];
  await server.call("api-token/create", { access: "read", audiences: names, description: "Both" });
  const cut =
    "[...document.querySelectorAll('.tag.audience, html')].filter((part) => part.scrollWidth > part.clientWidth + 1)";
  for (const width of [1280, 320]) {
    const { page } = await signedIn({ viewport: { width, height: 800 } });
    await page.getByRole("row", { name: "Both" }).waitFor();
    await openForm(page);
    await page.getByRole("radio", { name: "Services" }).check();
    await page.getByRole("button", { name: `Add ${names[1]}` }).waitFor();
    expect(await page.evaluate(`${cut}.length`)).toBe(0);
  }
});

test("a long word in a description is shown to its end in the title of the token", async () => {
  const { id } = await create({ access: "read", description: "x".repeat(70) });
  const { page } = await signedIn({ viewport: { width: 320, height: 800 } });
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("heading", { level: 1, name: "xxx" }).waitFor();
  const fits = "document.querySelector('h1').getBoundingClientRect().right <= innerWidth";
  expect(await page.evaluate(fits)).toBe(true);
});

test("the overview counts a token as used as soon as the list does", async () => {
  await using own = await RunningServer.start();
  const { token } = (await own.call("api-token/create", { access: "read", description: "Fresh" })).json;
  const { page } = await signedIn({ at: own });
  await page.getByText("1 never used").waitFor();
  await own.call("api-token/current", {}, token);
  await page.getByRole("button", { name: "Refresh the list" }).click();
  await page.getByRole("row", { name: "Fresh" }).getByText("just now").nth(1).waitFor();
  await page.getByText("0 never used").waitFor();
  await page.getByRole("link", { name: "0 never used" }).click();
  await page.getByRole("heading", { name: "No token matches" }).waitFor();
});

test("a description that is too long is refused before it is sent", async () => {
  const { id } = await create({ access: "read", description: "Short" });
  const { page } = await signedIn();
  const asked = askedPaths(page);
  const dialog = page.getByRole("dialog");
  const expectRefused = async (button: string) => {
    const field = dialog.getByLabel("Description");
    const fault = dialog.getByText("must have at most 500 characters");
    await field.fill("🔑".repeat(500));
    expect(await fault.count()).toBe(0);
    await field.fill("é".repeat(501));
    await dialog.getByRole("button", { name: button }).click();
    await field.and(page.locator(":focus")).waitFor();
    await fault.waitFor();
    expect(await fault.count()).toBe(1);
    expect(await dialog.locator(".notice.danger").count()).toBe(0);
  };
  await openForm(page);
  await expectRefused("Create token");
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  await expectRefused("Save");
  expect(asked.filter((path) => /create|update/.test(path))).toEqual([]);
});

test("a period that ends before it begins has its fault shown", async () => {
  const { page } = await signedIn();
  const fault = page.getByText("From is after To.");
  await page.goto("/#/activity?from=2026-02-01&to=2026-02-01");
  await page.getByRole("heading", { name: "No change matches" }).waitFor();
  expect(await fault.count()).toBe(0);
  await page.getByLabel("From").fill("2026-02-02");
  await fault.waitFor();
  await page.getByLabel("To", { exact: true }).fill("2026-02-03");
  await fault.waitFor({ state: "detached" });
});

test("each faulty value for a proxy has its fault at its own field", async () => {
  const { id } = await create({ access: "read", audiences: ["wiki"], description: "Proxied" });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByText("Protect a service").click();
  await page.getByLabel("Token from").selectOption("A header of its own");
  const faultOf = async (name: string) => {
    const ids = await page.getByLabel(name).getAttribute("aria-describedby");
    return await page.locator(`[id="${ids}"]`).textContent();
  };
  await page.getByLabel("Port that the proxy listens on").fill("0");
  await page.getByLabel("Name of the header").fill("authorization");
  await page.getByLabel("The service, as the proxy reaches it").fill("nowhere");
  expect(await faultOf("Port that the proxy listens on")).toStartWith("A port must be");
  expect(await faultOf("Name of the header")).toStartWith("The header must have a name of its own");
  expect(await faultOf("The service, as the proxy reaches it")).toStartWith("An address must be");
  expect(await faultOf("Publisher, as the proxy reaches it")).toStartWith("Publisher’s own address");
  expect(await page.locator(".proxy .field-fault").count()).toBe(3);
  expect(await page.locator(".proxy pre").count()).toBe(0);
  await page.getByLabel("Port that the proxy listens on").fill("8081");
  await page.getByLabel("Name of the header").fill("x-wiki");
  await page.getByLabel("The service, as the proxy reaches it").fill("127.0.0.1:3000");
  await page.getByText("Add this to the command that starts Publisher:").waitFor();
  await page.getByText("--trusted-proxies 127.0.0.1", { exact: true }).waitFor();
});
