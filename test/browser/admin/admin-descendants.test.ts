import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Created, useAdminPage, waitForSignIn } from "../../support/browser/admin-page.ts";
import { askedPaths, failure, isDryRun, STORE_FAILS } from "../../support/browser/routes.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { expireToken } from "../../support/store/many-tokens.ts";

const { server, signedIn, create } = await useAdminPage();

async function statusOf({ id }: Pick<Created, "id">): Promise<string> {
  return (await server.call("api-token/get", { id })).json.status;
}

/** A write token with three descendants: two active ones and an expired one. */
async function stolenToken(description: string) {
  const stolen = await create({ access: "write", description });
  const child = await create({ access: "write" }, stolen.token);
  const grandchild = await create({ access: "read", audiences: ["billing"] }, child.token);
  const expired = await create({ access: "read" }, stolen.token);
  expireToken(server.dataDir, expired.id);
  return { stolen, child, descendants: [child, grandchild, expired] };
}

/** Opens the dialog that revokes a token. */
async function askAbout(page: Page, { id }: Pick<Created, "id">) {
  await page.goto(`/#/tokens/${id}`);
  await page.getByRole("button", { name: "Revoke token" }).click();
  const question = page.getByRole("dialog", { name: "Revoke this token?" });
  return { question, choice: question.getByRole("checkbox") };
}

test("a stolen token is revoked with its descendants, if that is chosen", async () => {
  const { stolen, descendants } = await stolenToken("Stolen");
  const { page } = await signedIn();
  const { question, choice } = await askAbout(page, stolen);
  await question.getByText("Also revoke its 3 descendants (2 active, 1 expired)").waitFor();
  expect(await choice.isChecked()).toBe(false);
  await question.getByText("tokens that it created or that replaced it").waitFor();
  for (const each of descendants) expect(await statusOf(each)).not.toBe("revoked");
  await question.getByRole("button", { name: "Revoke token", exact: true }).waitFor();
  await choice.check();
  await question.getByRole("button", { name: "Revoke 4 tokens" }).click();
  await page.getByText("Revoked Stolen and 3 descendants").waitFor();
  for (const each of [stolen, ...descendants]) expect(await statusOf(each)).toBe("revoked");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
});

test("without the choice, the token alone is revoked", async () => {
  const { stolen, child } = await stolenToken("Alone");
  const { page } = await signedIn();
  const { question, choice } = await askAbout(page, stolen);
  await choice.waitFor();
  const asked = page.waitForRequest("**/api-token/revoke");
  await question.getByRole("button", { name: "Revoke token" }).click();
  expect((await asked).postDataJSON()).toEqual({ id: stolen.id });
  await page.getByText("Revoked Alone", { exact: true }).waitFor();
  expect(await statusOf(child)).toBe("active");
});

test("a token that was revoked alone shows its descendants, which can be revoked later", async () => {
  const { stolen, descendants } = await stolenToken("Late");
  await server.call("api-token/revoke", { id: stolen.id });
  const { token: reader } = await create({ access: "read" });
  const place = `#/tokens/${stolen.id}`;
  const readerTab = await signedIn({ secret: reader });
  const asked = askedPaths(readerTab.page);
  await readerTab.page.goto(`/${place}`);
  await readerTab.page.getByRole("region", { name: "History" }).getByText("Created").waitFor();
  expect(asked).toContain("/publisher.v1/audit-event/list");
  expect(asked).not.toContain("/publisher.v1/api-token/revoke");
  const { page } = await signedIn({ place });
  await page.getByText("3 descendants are not revoked").waitFor();
  await page.getByText("(2 active, 1 expired)").waitFor();
  await page.getByRole("button", { name: "Revoke them" }).click();
  const question = page.getByRole("dialog", { name: "Revoke its descendants?" });
  expect(await question.getByRole("checkbox").count()).toBe(0);
  await question.getByRole("button", { name: "Revoke 3 tokens" }).click();
  await page.getByText("Revoked Late and 3 descendants").waitFor();
  for (const each of descendants) expect(await statusOf(each)).toBe("revoked");
  await page.getByRole("button", { name: "Revoke them" }).waitFor({ state: "detached" });
  await page.locator("h1:focus").waitFor();
});

test("a token without descendants has no choice", async () => {
  const plain = await create({ access: "read", description: "Plain" });
  const { page } = await signedIn();
  const { question, choice } = await askAbout(page, plain);
  await question.getByText("It has no descendants.").waitFor();
  expect(await choice.count()).toBe(0);
});

test("while the descendants are counted, the choice is there without a number", async () => {
  const { stolen, child } = await stolenToken("Slow");
  const { page } = await signedIn();
  const held = Promise.withResolvers<void>();
  await page.route("**/api-token/revoke", async (route) => {
    if (isDryRun(route)) await held.promise;
    await route.continue();
  });
  const { question, choice } = await askAbout(page, stolen);
  await question.getByText("Counting them…").waitFor();
  await question.getByText("Also revoke its descendants").waitFor();
  await choice.check();
  await question.getByRole("button", { name: "Revoke tokens", exact: true }).click();
  await page.getByText("Revoked Slow and 3 descendants").waitFor();
  expect(await statusOf(child)).toBe("revoked");
  held.resolve();
});

test("where they cannot be counted, the dialog says so, and both revocations still work", async () => {
  const [one, other] = [await stolenToken("Uncounted"), await stolenToken("Uncounted too")];
  const { page } = await signedIn();
  const body = failure("unavailable", STORE_FAILS);
  await page.route("**/api-token/revoke", async (route) => {
    await (isDryRun(route) ? route.fulfill({ status: 503, body }) : route.continue());
  });
  const { question, choice } = await askAbout(page, one.stolen);
  await question.getByText("How many there are is not known.").waitFor();
  await question.getByRole("alert").getByText(STORE_FAILS).waitFor();
  expect(await choice.isChecked()).toBe(false);
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Revoked Uncounted", { exact: true }).waitFor();
  expect(await statusOf(one.child)).toBe("active");

  await askAbout(page, other.stolen);
  await choice.check();
  await question.getByText("This may revoke every active token with write access.").waitFor();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("Revoked Uncounted too and 3 descendants").waitFor();
  expect(await statusOf(other.child)).toBe("revoked");
});

test("a descendant of the revoked token is signed out with the reason", async () => {
  const { stolen, child } = await stolenToken("Parent");
  const { page } = await signedIn({ secret: child.token });
  const { question, choice } = await askAbout(page, stolen);
  await question.getByText("If the token that you are signed in with is one of them").waitFor();
  await choice.check();
  await question.getByRole("button", { name: "Revoke 4 tokens" }).click();
  await waitForSignIn(page);
  await page
    .getByText("The token that you were signed in with was a descendant of the revoked token")
    .waitFor();
});

test("a token that was replaced may not revoke its successors, and the server says so", async () => {
  const old = await create({ access: "write", description: "Replaced" });
  const successor = (await server.call("api-token/rotate", { id: old.id })).json;
  const { page } = await signedIn({ secret: old.token });
  const { question, choice } = await askAbout(page, old);
  const message = "A replaced token may change neither itself nor its successor.";
  await question.getByRole("alert").getByText(message).waitFor();
  await choice.check();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await question.getByRole("alert").nth(1).getByText(message).waitFor();
  expect(await statusOf(old)).toBe("active");
  await choice.uncheck();
  await question.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("You revoked the token that you were signed in with.").waitFor();
  expect(await statusOf(successor)).toBe("active");
});

test("a warning comes before every token with write access is revoked", async () => {
  await using other = await RunningServer.start();
  const child = (await other.call("api-token/create", { access: "write" })).json;
  const { page } = await signedIn({ at: other, secret: child.token });
  const { question, choice } = await askAbout(page, (await other.call("api-token/current")).json);
  const warning = question.getByText("This may revoke every active token with write access.");
  await question.getByText("Also revoke its 1 descendant").waitFor();
  await choice.check();
  await warning.waitFor();
  await choice.uncheck();
  await warning.waitFor({ state: "detached" });
});
