import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { failure, signedIn } from "../../support/browser/admin-page.ts";
import { launchBrowser, TEST_LIMIT_MS } from "../../support/browser/browser.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { expireToken } from "../../support/store/many-tokens.ts";

setDefaultTimeout(TEST_LIMIT_MS);

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), RunningServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

interface Created {
  readonly id: string;
  readonly token: string;
}

async function create(body: object, by = server.firstToken): Promise<Created> {
  return (await server.call("api-token/create", body, by)).json;
}

async function statusOf({ id }: Pick<Created, "id">): Promise<string> {
  return (await server.call("api-token/get", { id })).json.status;
}

/** A write token, and three that came of it: two active ones and an expired one. */
async function stolenToken(description: string) {
  const stolen = await create({ access: "write", description });
  const child = await create({ access: "write" }, stolen.token);
  const grandchild = await create({ access: "read", audiences: ["billing"] }, child.token);
  const expired = await create({ access: "read" }, stolen.token);
  expireToken(server.dataDir, expired.id);
  return { stolen, child, descendants: [child, grandchild, expired] };
}

/** The dialog that revokes a token, opened on its own page. */
async function askAbout(page: Page, { id }: Pick<Created, "id">) {
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  return page.getByRole("dialog", { name: "Revoke this token?" });
}

test("a stolen token is revoked with all that came of it, if that is chosen", async () => {
  const { stolen, descendants } = await stolenToken("Stolen");
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const question = await askAbout(page, stolen);
  const choice = question.getByRole("checkbox", {
    name: "Also revoke the 3 tokens that came of it (2 active, 1 expired)",
  });
  await choice.waitFor();
  expect(await choice.isChecked()).toBe(false);
  await question.getByText("tokens that it created or that took its place").waitFor();
  for (const each of descendants) expect(await statusOf(each)).not.toBe("revoked");
  await question.getByRole("button", { name: "Revoke token", exact: true }).waitFor();
  await choice.check();
  await question.getByRole("button", { name: "Revoke 4 tokens" }).click();
  await page.getByText("Revoked Stolen and 3 tokens that came of it").waitFor();
  for (const each of [stolen, ...descendants]) expect(await statusOf(each)).toBe("revoked");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  expect(tab.faults).toEqual([]);
});

test("without the choice, the token alone is revoked", async () => {
  const { stolen, child } = await stolenToken("Alone");
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const question = await askAbout(page, stolen);
  await question.getByRole("checkbox", { name: "Also revoke the 3 tokens" }).waitFor();
  const asked = page.waitForRequest("**/api-token/revoke");
  await question.getByRole("button", { name: "Revoke token" }).click();
  expect((await asked).postDataJSON()).toEqual({ id: stolen.id });
  await page.getByText("Revoked Alone", { exact: true }).waitFor();
  expect(await statusOf(child)).toBe("active");
  expect(tab.faults).toEqual([]);
});

test("a token that was revoked alone says what is left of it, which can be revoked later", async () => {
  const { stolen, descendants } = await stolenToken("Late");
  await server.call("api-token/revoke", { id: stolen.id });
  const { token: reader } = await create({ access: "read" });
  {
    await using tab = await signedIn(browser, server, { secret: reader });
    const asked: string[] = [];
    tab.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await tab.page.goto(`/#/tokens/${stolen.id}`);
    await tab.page.getByRole("region", { name: "History" }).getByText("Created").waitFor();
    expect(asked).toContain("/publisher.v1/audit-event/list");
    expect(asked).not.toContain("/publisher.v1/api-token/revoke");
  }
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  await page.goto(`/#/tokens/${stolen.id}`);
  await page.getByText("3 tokens that came of it are not revoked").waitFor();
  await page.getByText("(2 active, 1 expired)").waitFor();
  await page.getByRole("button", { name: "Revoke them" }).click();
  const question = page.getByRole("dialog", { name: "Revoke the tokens that came of it?" });
  expect(await question.getByRole("checkbox").count()).toBe(0);
  await question.getByRole("button", { name: "Revoke 3 tokens" }).click();
  await page.getByText("Revoked Late and 3 tokens that came of it").waitFor();
  for (const each of descendants) expect(await statusOf(each)).toBe("revoked");
  await page.getByRole("button", { name: "Revoke them" }).waitFor({ state: "detached" });
  await page.locator("h1:focus").waitFor();
  expect(tab.faults).toEqual([]);
});

test("where nothing came of a token, nothing is asked", async () => {
  const plain = await create({ access: "read", description: "Plain" });
  await using tab = await signedIn(browser, server);
  const question = await askAbout(tab.page, plain);
  await question.getByText("No other token came of it.").waitFor();
  expect(await question.getByRole("checkbox").count()).toBe(0);
  expect(tab.faults).toEqual([]);
});

test("while the descendants are counted, the choice is there without a number", async () => {
  const { stolen, child } = await stolenToken("Slow");
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/revoke", async (route) => {
    if (route.request().postDataJSON().dry_run === true) await held.promise;
    await route.continue();
  });
  const question = await askAbout(page, stolen);
  await question.getByText("Counting them…").waitFor();
  await question.getByRole("checkbox", { name: "Also revoke the tokens that came of it" }).check();
  await question.getByRole("button", { name: "Revoke tokens", exact: true }).click();
  await page.getByText("Revoked Slow and 3 tokens that came of it").waitFor();
  expect(await statusOf(child)).toBe("revoked");
  held.resolve();
  expect(tab.faults).toEqual([]);
});

test("where they cannot be counted, that is said, and both revocations still work", async () => {
  const [one, other] = [await stolenToken("Uncounted"), await stolenToken("Uncounted too")];
  await using tab = await signedIn(browser, server);
  const { page } = tab;
  const body = failure("unavailable", "The store cannot be used now");
  await page.route("**/api-token/revoke", async (route) => {
    const isCounting = route.request().postDataJSON().dry_run === true;
    await (isCounting
      ? route.fulfill({ status: 503, contentType: "application/json", body })
      : route.continue());
  });
  const question = await askAbout(page, one.stolen);
  await question.getByText("How many there are is not known.").waitFor();
  await question.getByRole("alert").getByText("The store cannot be used now.").waitFor();
  const choice = question.getByRole("checkbox", { name: "Also revoke the tokens that came of it" });
  expect(await choice.isChecked()).toBe(false);
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Revoked Uncounted", { exact: true }).waitFor();
  expect(await statusOf(one.child)).toBe("active");

  await askAbout(page, other.stolen);
  await choice.check();
  await question.getByText("This may revoke every active token with write access.").waitFor();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Revoked Uncounted too and 3 tokens that came of it").waitFor();
  expect(await statusOf(other.child)).toBe("revoked");
  expect(tab.faults).toEqual([]);
});

test("somebody whose own token came of the revoked one is signed out, and told why", async () => {
  const { stolen, child } = await stolenToken("Parent");
  await using tab = await signedIn(browser, server, { secret: child.token });
  const { page } = tab;
  const question = await askAbout(page, stolen);
  await question.getByText("If the token that you are signed in with is one of them").waitFor();
  await question.getByRole("checkbox", { name: "Also revoke the 3 tokens" }).check();
  await question.getByRole("button", { name: "Revoke 4 tokens" }).click();
  await page.getByRole("heading", { name: "Sign in to Publisher" }).waitFor();
  await page.getByText("The token that you were signed in with came of the token that you revoked").waitFor();
  expect(tab.faults).toEqual([]);
});

test("a token that was replaced may not revoke its successors, and the server says so", async () => {
  const old = await create({ access: "write", description: "Replaced" });
  const successor = (await server.call("api-token/rotate", { id: old.id })).json;
  await using tab = await signedIn(browser, server, { secret: old.token });
  const { page } = tab;
  const question = await askAbout(page, old);
  const message = "A replaced token may change neither itself nor its successor.";
  await question.getByRole("alert").getByText(message).waitFor();
  await question.getByRole("checkbox", { name: "Also revoke the tokens that came of it" }).check();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await question.getByRole("alert").nth(1).getByText(message).waitFor();
  expect(await statusOf(old)).toBe("active");
  await question.getByRole("checkbox").uncheck();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("You revoked the token that you were signed in with.").waitFor();
  expect(await statusOf(successor)).toBe("active");
  expect(tab.faults).toEqual([]);
});

test("whoever would revoke every token with write access is warned", async () => {
  await using other = await RunningServer.start();
  const write = async (by: string) => (await other.call("api-token/create", { access: "write" }, by)).json;
  const child = await write(other.firstToken);
  await using tab = await signedIn(browser, other, { secret: child.token });
  const { page } = tab;
  const { id } = (await other.call("api-token/current")).json;
  const question = await askAbout(page, { id });
  const warning = question.getByText("This may revoke every active token with write access.");
  const choice = question.getByRole("checkbox", { name: "Also revoke the one token that came of it" });
  await choice.check();
  await warning.waitFor();
  await choice.uncheck();
  await warning.waitFor({ state: "detached" });
  expect(tab.faults).toEqual([]);
});
