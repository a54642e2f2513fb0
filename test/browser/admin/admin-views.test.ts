import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { failure, signedIn, signIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, SCREENSHOTS, Tab, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { dailyUses, writeUses } from "../../support/store/many-uses.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const SCHEMES = ["light", "dark"] as const;
const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 320, height: 720 } } as const;

const LONG =
  "Everything that the nightly export of the accounts to the data warehouse in the other region needs. ".repeat(
    5,
  );

const SERVICES = Array.from({ length: 16 }, (_, index) =>
  `service-${index}-of-${"the-other-region-".repeat(3)}`.slice(0, 63),
);

let browser: Browser;
let fresh: RunningServer;
let full: RunningServer;

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  [browser, fresh, full] = await Promise.all([launchBrowser(), RunningServer.start(), RunningServer.start()]);
  writeTokens(full.dataDir, manyTokens(10_000));
  await full.call("api-token/create", { access: "read" });
  const { json } = await full.call("api-token/create", { access: "read", description: LONG.trim() });
  writeUses(full.dataDir, dailyUses(json.id, 200));
  await full.call("api-token/create", { access: "write", audiences: SERVICES, description: "Of sixteen" });
});

afterAll(async () => {
  await browser.close();
  await Promise.all([fresh[Symbol.asyncDispose](), full[Symbol.asyncDispose]()]);
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What is shown, in every size and scheme: pictured, nothing wider than the screen, and nothing that axe objects to. */
async function examine(page: Page, name: string, { isLoading = false } = {}): Promise<void> {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}-${scheme}.png`) });
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect([name, size, width]).toEqual([name, size, viewport.width]);
    }
    await page.setViewportSize(SIZES.wide);
    if (!isLoading) await whenAtRest(page);
    await expectNoViolation(page, `${name}, ${scheme}`, scheme === "light" ? "" : ONLY_COLOUR);
  }
}

/** Waits until nothing is being loaded, and so dimmed, and nothing moves. */
async function whenAtRest(page: Page): Promise<void> {
  const isAtRest =
    "document.querySelector('[aria-busy=\"true\"]') === null && document.getAnimations().every(({ playState }) => playState !== 'running')";
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await page.evaluate<boolean>(isAtRest)) && performance.now() < deadline) await Bun.sleep(20);
}

/** One row of a list is like another: the first few are enough. */
const CONTEXT =
  "{ exclude: ['.tokens tbody tr:nth-child(n + 6)', '.use-rows tr:nth-child(n + 6)', '.event:nth-child(n + 6)'] }";

/** In the other scheme, all but the colours is as before. */
const ONLY_COLOUR = "runOnly: ['color-contrast'],";

async function expectNoViolation(page: Page, where: string, rules: string): Promise<void> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(
    `axe.run(${CONTEXT}, { ${rules} resultTypes: ['violations'], preload: false })`,
  );
  const found = violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  ]);
  expect([where, found]).toEqual([where, []]);
}

test("signing in", async () => {
  await using tab = await Tab.open(browser, fresh.url);
  const { page } = tab;
  await page.goto("/");
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  await examine(page, "sign-in");
  await page.getByLabel("API token").fill("sk_live_mistyped");
  await page.getByRole("button", { name: "Show the token" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await examine(page, "sign-in-refused");
  expect(tab.faults).toEqual([]);
});

test("signing in over plain HTTP from another machine", async () => {
  const elsewhere = await launchBrowser(["--host-resolver-rules=MAP publisher.test 127.0.0.1"]);
  const { port } = new URL(fresh.url);
  const warning = "This page came over plain HTTP.";
  try {
    await using tab = await Tab.open(elsewhere, `http://publisher.test:${port}`);
    await tab.page.goto("/");
    await tab.page.getByText(warning).waitFor();
    const field = tab.page.getByLabel("API token");
    const describedBy = await field.getAttribute("aria-describedby");
    expect(await tab.page.locator(`[id="${describedBy}"]`).textContent()).toStartWith(warning);
    await examine(tab.page, "sign-in-http");
    await signIn(tab, fresh.firstToken);
    await using safe = await Tab.open(elsewhere, `http://localhost:${port}`);
    await safe.page.goto("/");
    await safe.page.getByLabel("API token").waitFor();
    expect(await safe.page.getByText(warning).count()).toBe(0);
  } finally {
    await elsewhere.close();
  }
});

test("a new instance", async () => {
  await using tab = await signedIn(browser, fresh);
  const { page } = tab;
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
  expect(tab.faults).toEqual([]);
});

test("an instance with many tokens", async () => {
  await using tab = await signedIn(browser, full);
  const { page } = tab;
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
  await page.getByRole("link", { name: LONG.trim() }).click();
  await page.getByRole("button", { name: "Revoke token" }).waitFor();
  await examine(page, "details");
  await page.getByRole("button", { name: "Revoke token" }).click();
  await examine(page, "revoke");
  expect(tab.faults).toEqual([]);
});

test("a token for services, and its successor", async () => {
  await using tab = await signedIn(browser, full);
  const { page } = tab;
  await page.goto(`/#/tokens?status=all&for=${SERVICES[15]}`);
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
  expect(tab.faults).toEqual([]);
});

test("a token that checks tokens", async () => {
  const body = { access: "read", audiences: SERVICES, verifies: true, description: "Checks all" };
  const { id } = (await full.call("api-token/create", body)).json;
  await using tab = await signedIn(browser, full);
  const { page } = tab;
  await page.goto("/#/tokens?checks=yes");
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
  expect(tab.faults).toEqual([]);
});

test("revoking a token with its descendants", async () => {
  const create = async (body: object, by?: string) => (await full.call("api-token/create", body, by)).json;
  const stolen = await create({ access: "write", description: LONG.trim() });
  for (const access of ["read", "write"]) await create({ access }, stolen.token);
  await using tab = await signedIn(browser, full);
  const { page } = tab;
  await page.goto(`/#/tokens/${stolen.id}`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Also revoke the 2 tokens that came of it").scrollIntoViewIfNeeded();
  await examine(page, "revoke-descendants");
  await page.keyboard.press("Escape");
  const body = failure("unavailable", "The store cannot be used now; try again later");
  await page.route("**/api-token/revoke", (route) =>
    route.fulfill({ status: 503, contentType: "application/json", body }),
  );
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByRole("checkbox", { name: "Also revoke the tokens that came of it" }).check();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await examine(page, "revoke-descendants-uncounted");
  await page.keyboard.press("Escape");
  await page.unroute("**/api-token/revoke");
  await full.call("api-token/revoke", { id: stolen.id });
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("button", { name: "Revoke them" }).click();
  await page.getByRole("dialog", { name: "Revoke the tokens that came of it?" }).waitFor();
  await page.getByText("Checking whether another").waitFor({ state: "detached" });
  await examine(page, "revoke-left-descendants");
  await page.keyboard.press("Escape");
  await examine(page, "details-left-descendants");
  expect(tab.faults).toEqual([]);
});

test("what is on record", async () => {
  await using tab = await signedIn(browser, full);
  const { page } = tab;
  await page.goto("/#/tokens?q=accounts");
  await page.getByRole("link", { name: LONG.trim() }).click();
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
  expect(tab.faults).toEqual([]);
});

test("a read token's view", async () => {
  const { token } = (await fresh.call("api-token/create", { access: "read", description: "Auditor" })).json;
  await using tab = await signedIn(browser, fresh, { secret: token });
  const { page } = tab;
  await page.getByText("You are signed in with a read token.").waitFor();
  await page.getByRole("link", { name: "First token" }).waitFor();
  await examine(page, "list-read-only");
  expect(tab.faults).toEqual([]);
});

test("creating a token", async () => {
  await using tab = await signedIn(browser, fresh);
  const { page } = tab;
  await page.getByRole("button", { name: "New token" }).click();
  const form = page.getByRole("dialog", { name: "New token" });
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
  await page.getByRole("dialog", { name: "Your new token" }).waitFor();
  await page.getByRole("button", { name: "Copy token" }).click();
  await examine(page, "secret");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("Created Deploys").waitFor();
  await examine(page, "created");
  expect(tab.faults).toEqual([]);
});

test("when things go wrong, and while they take their time", async () => {
  await using tab = await Tab.open(browser, fresh.url);
  const { page } = tab;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/api-token\/(list|summary)$/, async (route) => {
    await held;
    const body = failure("unavailable", "The store cannot be used now; try again later");
    await route.fulfill({ status: 503, contentType: "application/json", body });
  });
  await page.goto("/");
  await signIn(tab, fresh.firstToken);
  await page.locator(".skeleton-row").first().waitFor();
  await examine(page, "loading", { isLoading: true });
  release();
  await page.getByRole("alert").nth(1).waitFor();
  await examine(page, "list-error");
  await page.goto("/#/tokens/atok_nobody");
  await page.getByText("There is no API token with this id.").waitFor();
  await examine(page, "details-missing");
  await page.unroute(/api-token\/(list|summary)$/);
  await page.route("**/publisher.v1/**", (route) => route.abort("connectionrefused"));
  await page.route("**/healthz", (route) => route.abort("connectionrefused"));
  await page.getByRole("link", { name: "All tokens" }).click();
  await page.getByText("Publisher cannot be reached. Trying again…").waitFor();
  await page.getByText("The list comes once it answers.").waitFor();
  await examine(page, "unreachable", { isLoading: true });
  expect(tab.faults).toEqual([]);
});

test("a dead secret that was shown", async () => {
  const { id, token } = (await fresh.call("api-token/create", { access: "read", description: LONG.trim() }))
    .json;
  await fresh.call("api-token/revoke", { id });
  await fresh.call("api-token/list", {}, token);
  while ((await fresh.call("api-token/summary")).json.reused === 0) await Bun.sleep(50);
  await using tab = await signedIn(browser, fresh);
  const { page } = tab;
  await page.getByRole("link", { name: "Show which" }).click();
  await page.locator(".tag.reused").waitFor();
  await page.locator(".token-link").first().focus();
  await examine(page, "list-reused");
  await page.getByRole("link", { name: LONG.trim() }).click();
  await page.getByText("It was tried").waitFor();
  await examine(page, "details-reused");
  expect(tab.faults).toEqual([]);
});
