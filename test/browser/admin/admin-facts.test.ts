import { expect, test } from "bun:test";
import { useAdminPage } from "../../support/browser/admin-page.ts";

const { server, signedIn, create } = await useAdminPage();

test("a token shows its creator and its successor by name and id", async () => {
  const { id } = await create({ access: "read", description: "Of the first" });
  const successor = (await server.call("api-token/rotate", { id, overlap_seconds: 60 })).json;
  const creator = (await server.call("api-token/current")).json.id;
  const { page } = await signedIn({ place: `#/tokens/${id}` });
  const fact = (name: string) => page.locator(".fact", { hasText: name });
  await fact("Created by").getByRole("link", { name: "First token" }).waitFor();
  await fact("Created by").getByText(creator).waitFor();
  await fact("Replaced by").getByRole("link", { name: "Of the first" }).waitFor();
  await fact("Replaced by").getByText(successor.id).waitFor();
  await fact("Created by").getByRole("link", { name: "First token" }).click();
  await fact("Created by").getByText("The command line").waitFor();
});

test.each([
  ["Asia/Tokyo", "31 Dec 2030, 20:30:00 UTC, 1 Jan 2031, 05:30:00 GMT+9"],
  ["UTC", "31 Dec 2030, 20:30:00 UTC"],
])("a time in a browser of %s is shown as %s", async (timezoneId, words) => {
  const description = `Ends ${timezoneId}`;
  const { id } = await create({ access: "read", description, expires_at: "2030-12-31T20:30:00Z" });
  const { page } = await signedIn({ timezoneId });
  const row = page.getByRole("row", { name: description });
  expect(await row.locator(".ending .exact").textContent()).toBe(`, ${words}`);
  await page.goto(`/#/tokens/${id}`);
  const expiry = page.locator(".fact", { hasText: "Expires" }).locator(".exact");
  expect(await expiry.textContent()).toBe(`, ${words}`);
});
