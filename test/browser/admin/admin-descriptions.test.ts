import { expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { openForm, useAdminPage } from "../../support/browser/admin-page.ts";

/** With markup, and characters that are invisible, turn the order, or look like a sign of the page. */
const ODD = "<img src=x> CI\u202e deploys\u200b of\u00a0pay\u3164 ⟨U+0041⟩";
const SHOWN = "<img src=x> CI⟨U+202E⟩ deploys⟨U+200B⟩ of⟨U+00A0⟩pay⟨U+3164⟩ ⟨U+27E8⟩U+0041⟩";
const FAMILY = "Family 👨‍👩‍👧 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 שלום";

const { signedIn, create } = await useAdminPage();

test("markup in a description is text, and a hidden character a sign, on every view", async () => {
  const { id, token } = await create({ access: "write", description: ODD });
  const { page } = await signedIn({ secret: token });
  const expectShown = async (place: Locator) => {
    await place.getByText(SHOWN).first().waitFor();
    expect(await place.textContent()).not.toMatch(/[\u202e\u200b\u00a0\u3164]/);
    expect(await page.locator("img").count()).toBe(0);
  };
  await expectShown(page.getByRole("banner"));
  // Until its numbers are there, the overview has blanks of this kind itself.
  await page.locator('.overview[aria-busy="false"]').waitFor();
  await expectShown(page.locator("main"));
  const signs = await page.locator(".token-link .sign").allTextContents();
  expect(signs).toEqual(["⟨U+202E⟩", "⟨U+200B⟩", "⟨U+00A0⟩", "⟨U+3164⟩", "⟨U+27E8⟩"]);
  await page.getByRole("button", { name: `Rotate ${SHOWN}` }).waitFor();
  await page.getByRole("button", { name: `Revoke ${SHOWN}` }).click();
  await expectShown(page.getByRole("dialog"));
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: SHOWN, exact: true }).click();
  await page.getByRole("heading", { name: SHOWN }).waitFor();
  expect(await page.title()).toBe(`${SHOWN} · Publisher`);
  await page.getByRole("region", { name: "History" }).getByText(SHOWN).first().waitFor();
  await page.getByRole("button", { name: "Rotate token" }).click();
  await expectShown(page.getByRole("dialog"));
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Activity" }).click();
  await expectShown(page.getByRole("region", { name: "Audit trail" }));
  await page.goto(`/#/tokens/${id}`);

  await page.getByRole("button", { name: "Edit" }).click();
  const field = page.getByRole("dialog").getByLabel("Description");
  expect(await field.inputValue()).toBe(ODD);
  const remark = page.getByText("It has invisible characters");
  expect(await remark.textContent()).toEndWith(SHOWN);
  expect(await field.getAttribute("aria-describedby")).toBe(await remark.getAttribute("id"));
  await field.fill("CI\u00ad2");
  expect(await remark.textContent()).toEndWith(": CI⟨U+00AD⟩2");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved CI⟨U+00AD⟩2").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("dialog").getByLabel("Description").fill("CI 2");
  await remark.waitFor({ state: "detached" });
});

test("emoji, right-to-left text and double spaces stay as they are", async () => {
  for (const description of [FAMILY, "two  spaces"]) await create({ access: "read", description });
  const { page } = await signedIn();
  await page.getByRole("link", { name: FAMILY, exact: true }).waitFor();
  const shown = page.locator(".token-link .visible-text").first();
  const width = async () => (await shown.boundingBox())?.width ?? 0;
  const before = await width();
  await shown.evaluate((element) => element.replaceChildren("two spaces"));
  expect(before).toBeGreaterThan(await width());
});

test("a description cannot pass for the id of another token", async () => {
  const victim = await create({ access: "read" });
  const { id } = await create({ access: "read", description: ` ${victim.id} ` });
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  await page.getByRole("heading", { name: victim.id }).waitFor();
  expect(await page.title()).toBe(`${id} · Publisher`);
  await page.getByRole("link", { name: "Activity" }).click();
  const newest = page.getByRole("region", { name: "Audit trail" }).getByRole("listitem").first();
  await newest.getByRole("link", { name: id, exact: true }).waitFor();
});

test("an error about the name of a service shows its hidden characters", async () => {
  const { page } = await signedIn();
  await openForm(page);
  await page.getByRole("radio", { name: "Services" }).check();
  await page.getByLabel("Names of the services").fill("bil\u200bling");
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByText("“bil⟨U+200B⟩ling” cannot be a name").waitFor();
});

test("the form for a new token explains write access", async () => {
  const { page } = await signedIn();
  await openForm(page);
  await page.getByText("Can create, change, rotate and revoke any token, yours too.").waitFor();
});
