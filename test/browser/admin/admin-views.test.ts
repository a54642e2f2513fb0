import { afterAll, expect, test } from "bun:test";
import {
  type Created,
  openForm,
  signIn,
  useAdminPage,
  waitForSignIn,
} from "../../support/browser/admin-page.ts";
import { examine } from "../../support/browser/examine.ts";
import { cutOff, failure, hold, refuse, STORE_FAILS } from "../../support/browser/routes.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { until } from "../../support/patience.ts";
import { dailyUses, manyTokens, writeTokens, writeUses } from "../../support/store/many-tokens.ts";

const LONG = Array(5)
  .fill("Everything that the nightly export of the accounts to the data warehouse in the other region needs.")
  .join(" ");

const SERVICES = Array.from({ length: 16 }, (_, index) =>
  `service-${index}-of-${"the-other-region-".repeat(3)}`.slice(0, 63),
);

const { server: fresh, openTab, signedIn, create } = await useAdminPage();

const full = await RunningServer.start();
afterAll(() => full[Symbol.asyncDispose]());
writeTokens(full.dataDir, manyTokens(10_000));
await createFull({ access: "read" });
const { id } = await createFull({ access: "read", description: LONG });
writeUses(full.dataDir, dailyUses(id, 200));
await createFull({ access: "write", audiences: SERVICES, description: "Of sixteen" });

async function createFull(body: object, secret?: string): Promise<Created> {
  return (await full.call("api-token/create", body, secret)).json;
}

test("signing in", async () => {
  const { page } = await openTab();
  await page.goto("/");
  await waitForSignIn(page);
  await examine(page, "sign-in");
  await page.getByLabel("API token").fill("sk_live_mistyped");
  await page.getByRole("button", { name: "Show the token" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await examine(page, "sign-in-refused");
});

test("signing in over plain HTTP from another machine", async () => {
  const { port } = new URL(fresh.url);
  const warning = "This page came over plain HTTP.";
  const tab = await openTab({ origin: `http://publisher.test:${port}` });
  await tab.page.goto("/");
  await tab.page.getByText(warning).waitFor();
  const describedBy = await tab.page.getByLabel("API token").getAttribute("aria-describedby");
  expect(await tab.page.locator(`[id="${describedBy}"]`).textContent()).toStartWith(warning);
  await examine(tab.page, "sign-in-http");
  await signIn(tab.page, fresh.firstToken);
  const { page } = await openTab({ origin: `http://localhost:${port}` });
  await page.goto("/");
  await page.getByLabel("API token").waitFor();
  expect(await page.getByText(warning).count()).toBe(0);
});

test("a new instance", async () => {
  const { page } = await signedIn();
  await page.getByRole("link", { name: "First token" }).last().waitFor();
  await page.getByText("Nothing expires up to").waitFor();
  await examine(page, "list-new");
  await page.goto("/#/tokens?status=revoked");
  await page.getByRole("heading", { name: "Nothing was revoked" }).waitFor();
  await examine(page, "list-empty");
  await page.goto("/#/tokens?q=nothing");
  await page.getByRole("heading", { name: "No token matches" }).waitFor();
  await examine(page, "list-no-match");
  await page.goto("/#/tokens");
  await page.getByRole("button", { name: "Revoke First token" }).click();
  await page.getByText("This is the last active token").waitFor();
  await examine(page, "revoke-last");
});

test("an instance with many tokens", async () => {
  const { page } = await signedIn({ at: full });
  await page.getByText(/tokens, by week/).waitFor();
  await page.getByRole("link", { name: "Next" }).waitFor();
  await examine(page, "list");
  await page.goto("/#/tokens?status=all&sort=-description&from=2020-01-01&to=2036-01-01&access=read");
  await page.locator('.tokens[aria-busy="false"] .status-active').first().waitFor();
  await page.getByRole("searchbox").fill(full.firstToken);
  await page.locator(".token-link").first().focus();
  await examine(page, "list-filtered");
  await page.goto("/#/tokens?unused=2026-01-01");
  await page.getByLabel("For", { exact: true }).selectOption("For another service…");
  await page.getByLabel("Name of the service").fill("No name");
  await page.getByText("No service can be called so.").waitFor();
  await examine(page, "list-naming-a-service");
  await page.goto("/#/tokens?q=accounts");
  await page.getByRole("link", { name: LONG }).click();
  await page.getByRole("button", { name: "Revoke token" }).waitFor();
  await examine(page, "details");
  await page.getByRole("button", { name: "Revoke token" }).click();
  await examine(page, "revoke");
});

test("a token for services, and its successor", async () => {
  const { page } = await signedIn({ at: full, place: `#/tokens?status=all&for=${SERVICES[15]}` });
  await page.getByRole("link", { name: "Of sixteen" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await examine(page, "edit");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("radio", { name: "Other" }).check();
  await examine(page, "rotate");
  await page.getByRole("radio", { name: "1 hour" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("button", { name: "Copy token", exact: true }).click();
  await examine(page, "secret-of-successor");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("Its secret works until").waitFor();
  await examine(page, "details-replaced");
  await page.getByText("Protect a service").click();
  await page.locator(".proxy pre.file").scrollIntoViewIfNeeded();
  await examine(page, "protect");
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.getByText("Replaced by another").waitFor();
  await examine(page, "list-services");
});

test("a token that checks tokens", async () => {
  const body = { access: "read", audiences: SERVICES, verifies: true, description: "Checks all" };
  const { id } = await createFull(body);
  const { page } = await signedIn({ at: full, place: "#/tokens?checks=yes" });
  await page.getByRole("cell", { name: "Checks tokens" }).waitFor();
  await page.locator(".token-link").first().focus();
  await examine(page, "list-checking");
  await page.goto(`/#/tokens/${id}`);
  await page.getByText("Created:", { exact: false }).waitFor();
  await page.locator(".checking pre").first().scrollIntoViewIfNeeded();
  await examine(page, "details-checking");
  await page.getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Copy OAuth command" }).scrollIntoViewIfNeeded();
  await examine(page, "secret-checking");
});

test("revoking a token with its descendants", async () => {
  const stolen = await createFull({ access: "write", description: LONG });
  for (const access of ["read", "write"]) await createFull({ access }, stolen.token);
  const { page } = await signedIn({ at: full, place: `#/tokens/${stolen.id}` });
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Also revoke its 2 descendants").scrollIntoViewIfNeeded();
  await examine(page, "revoke-descendants");
  await page.keyboard.press("Escape");
  const body = failure("unavailable", STORE_FAILS);
  await page.route("**/api-token/revoke", (route) => route.fulfill({ status: 503, body }));
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("checkbox", { name: "Also revoke its descendants" }).check();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await examine(page, "revoke-descendants-uncounted");
  await page.keyboard.press("Escape");
  await page.unroute("**/api-token/revoke");
  await full.call("api-token/revoke", { id: stolen.id });
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("button", { name: "Revoke them" }).click();
  await page.getByRole("dialog", { name: "Revoke its descendants?" }).waitFor();
  await page.getByText("Checking whether another").waitFor({ state: "detached" });
  await examine(page, "revoke-left-descendants");
  await page.keyboard.press("Escape");
  await examine(page, "details-left-descendants");
});

test("the records of a token, and the activity", async () => {
  const { page } = await signedIn({ at: full, place: "#/tokens?q=accounts" });
  await page.getByRole("link", { name: LONG }).click();
  await page.getByText("The numbers as a table").click();
  await page.getByRole("slider", { name: "Uses by hour" }).focus();
  await page.keyboard.press("Home");
  await page.locator(".use-plot").scrollIntoViewIfNeeded();
  await page.getByText("Created:", { exact: false }).waitFor();
  await examine(page, "details-use");
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByRole("link", { name: "First token" }).nth(1).waitFor();
  await page.getByLabel("Token id").fill("First token");
  await page.getByLabel("Token id").press("Enter");
  await page.getByText("A token's id begins with atok_.").waitFor();
  await page.locator(".events").scrollIntoViewIfNeeded();
  await examine(page, "activity");
});

test("a read token's view", async () => {
  const { token } = await create({ access: "read", description: "Auditor" });
  const { page } = await signedIn({ secret: token });
  await page.getByText("You are signed in with a read token.").waitFor();
  await page.getByRole("link", { name: "First token" }).waitFor();
  await examine(page, "list-read-only");
});

test("creating a token", async () => {
  const { page } = await signedIn();
  const form = await openForm(page);
  await examine(page, "create");
  await form.getByRole("radio", { name: "On a date" }).check();
  await examine(page, "create-date");
  await form.getByRole("radio", { name: "Never" }).check();
  await form.getByRole("radio", { name: "Services" }).check();
  await form.getByLabel("Names of the services").fill("Billing");
  await form.getByRole("button", { name: "Create token" }).click();
  await form.getByText("cannot be a name").waitFor();
  await examine(page, "create-for-services");
  await form.getByRole("radio", { name: "Check tokens for these services" }).check();
  await examine(page, "create-checking");
  await form.getByRole("radio", { name: "Publisher itself" }).check();
  await form.getByRole("textbox").fill("\u0085");
  await form.getByRole("button", { name: "Create token" }).click();
  await form.locator(".field-fault").waitFor();
  await examine(page, "create-refused");
  await form.getByRole("textbox").fill("Deploys");
  await form.getByRole("button", { name: "Create token" }).click();
  await page.getByRole("button", { name: "Copy token" }).click();
  await examine(page, "secret");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("Created Deploys").waitFor();
  await examine(page, "created");
});

test("when things go wrong, and while they take their time", async () => {
  const { page } = await openTab();
  const lists = /api-token\/(list|summary)$/;
  await refuse(page, lists);
  const release = await hold(page, lists);
  await page.goto("/");
  await signIn(page, fresh.firstToken);
  await page.locator(".skeleton-row").first().waitFor();
  await examine(page, "loading", { isLoading: true });
  release();
  await page.getByRole("alert").nth(1).waitFor();
  await examine(page, "list-error");
  await page.goto("/#/tokens/atok_nobody");
  await page.getByText("There is no API token with this id.").waitFor();
  await examine(page, "details-missing");
  await page.unroute(lists);
  await cutOff(page);
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.getByText("Publisher cannot be reached. Trying again…").waitFor();
  await page.getByText("The list loads once it answers.").waitFor();
  await examine(page, "unreachable", { isLoading: true });
});

test("a dead secret that was shown", async () => {
  const { id, token } = await create({ access: "read", description: LONG });
  await fresh.call("api-token/revoke", { id });
  await fresh.call("api-token/list", {}, token);
  await until(async () => (await fresh.call("api-token/summary")).json.reused > 0);
  const { page } = await signedIn();
  await page.getByRole("link", { name: "Show which" }).click();
  await page.locator(".tag.reused").waitFor();
  await page.locator(".token-link").first().focus();
  await examine(page, "list-reused");
  await page.getByRole("link", { name: LONG }).click();
  await page.getByText("It was tried").waitFor();
  await examine(page, "details-reused");
});
