import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  closeSecret,
  createByForm,
  openBeside,
  signInAndStay,
  useAdminPage,
  waitForSignIn,
} from "../../../support/browser/admin-page.ts";
import { launchWithProfile } from "../../../support/browser/browser.ts";
import { until } from "../../../support/patience.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

const { server, openTab, signedIn } = await useAdminPage();

/** A text in every form that a browser may write it in. */
function formsOf(text: string): readonly Buffer[] {
  const plain = Buffer.from(text);
  const wide = Buffer.from(text, "utf16le");
  const inBase64 = [0, 1, 2].flatMap((offset) =>
    // The ends of a text in base64 depend on its neighbours.
    [plain, wide].map((bytes) => Buffer.from(bytes.subarray(offset, offset + 30).toString("base64"))),
  );
  return [plain, wide, Buffer.from(wide).swap16(), Buffer.from(plain.toString("hex")), ...inBase64];
}

/** The files below a directory that have a text in them in any form. */
function filesWith(text: string, directory: string): readonly string[] {
  const forms = formsOf(text);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = bytesOf(path);
      return forms.some((form) => bytes.includes(form));
    });
}

/** The bytes of a file. A running browser may have removed it since it was listed. */
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (existsSync(path)) throw error;
    return Buffer.alloc(0);
  }
}

/** Waits until a text is in a file: browsers write stored values some seconds later. */
async function whenWritten(text: string, directory: string): Promise<void> {
  await until(() => filesWith(text, directory).length > 0);
}

test("a token is stored only for the tab, and only if a person chose so", async () => {
  const tab = await signedIn();
  const { page } = tab;
  const stored = async () => await page.evaluate("sessionStorage.length + localStorage.length + name.length");
  // The name of the session that was signed out of stays, for tabs that are away.
  const left = async () => await page.evaluate("[sessionStorage.length, Object.keys(localStorage), name]");
  expect(await stored()).toBe(0);
  await page.reload();
  await signInAndStay(page, server.firstToken);
  await page.reload();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
  expect(await left()).toEqual([0, ["publisher.signed-out"], ""]);
  expect(await tab.context.cookies()).toEqual([]);
});

test("no file of the browser has a stored token, nor both halves of it", async () => {
  using profile = new TemporaryDirectory();
  const context = await launchWithProfile(profile.path, server.url);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto("/");
  await signInAndStay(page, server.firstToken);
  const half = String(await page.evaluate("name")).replace("publisher:", "");
  expect(half).toMatch(/^[0-9a-f]{114}$/);
  const shown = await createByForm(page);
  const created = String(await shown.locator(".secret-text").textContent());
  await closeSecret(shown);
  await page.reload();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  const beside = await openBeside(page, "First token");
  await beside.getByRole("heading", { name: "First token" }).waitFor();
  // The half on disk proves that this test looks in the right place, and late enough.
  const other = String(await page.evaluate("sessionStorage.getItem('publisher.token')"));
  await whenWritten(other, profile.path);
  const found = () => [server.firstToken, created, half].flatMap((secret) => filesWith(secret, profile.path));
  expect(found()).toEqual([]);
  await context.close();
  expect(found()).toEqual([]);
});

test.each([
  ["is gone, as in a tab that the browser restores", "name = ''"],
  ["was replaced by another site", "name = 'publisher:' + 'ab'.repeat(57)"],
  ["is no half", "name = 'publisher:odd'"],
])("where the half in memory %s, the page signs out and the other half goes", async (_, script) => {
  const { page } = await openTab();
  await page.goto("/");
  await signInAndStay(page, server.firstToken);
  await page.evaluate(script);
  await page.reload();
  await waitForSignIn(page);
  expect(await page.evaluate("sessionStorage.length")).toBe(0);
});

test("a browser that refuses storage signs in all the same, with a notice", async () => {
  const { page } = await openTab();
  await page.addInitScript(`Object.defineProperty(window, "sessionStorage", {
    get() { throw new DOMException("denied", "SecurityError"); },
  })`);
  await page.goto("/");
  await signInAndStay(page, server.firstToken);
  await page.getByText("This browser stores nothing for this page: a reload signs you out.").waitFor();
  expect(await page.evaluate("name")).toBe("");
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForSignIn(page);
});
