import { expect, test } from "bun:test";
import { signIn, useAdminPage } from "../../support/browser/admin-page.ts";
import { hold, refuse, STORE_FAILS } from "../../support/browser/routes.ts";
import { manyTokens, writeTokens, writeUses } from "../../support/store/many-tokens.ts";

const MARKUP = "<img src=x onerror=alert(1)> deploys";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

/** More than fit on one page of the audit trail. */
const EDITS = 55;

const { server, openTab, signedIn, create } = await useAdminPage();
writeTokens(server.dataDir, manyTokens(100));
const auditor = await create({ access: "read", description: "Auditor" });
const deploys = await create({ access: "write", description: MARKUP });
const { id } = await create({ access: "read", audiences: ["billing"], description: "Export" });
for (let edit = 1; edit <= EDITS; edit += 1)
  await server.call("api-token/update", { id, description: `Export ${edit}` });
// A trace id of the caller's is not the request id.
await fetch(`${server.url}/publisher.v1/api-token/rotate`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    authorization: `Bearer ${deploys.token}`,
    traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
  },
  body: JSON.stringify({ id, overlap_seconds: 3600 }),
});
writeUses(server.dataDir, [
  { id, hoursAgo: 3, accepted: 200, refused: 0 },
  { id, hoursAgo: 5, accepted: 0, refused: 2 },
  { id, hoursAgo: 28 * 24, accepted: 11, refused: 1 },
  { id, hoursAgo: 300 * 24, accepted: 5000, refused: 0 },
]);

test("the list shows how much each token is used, by one request, and nothing moves when it comes", async () => {
  const { page } = await openTab();
  const asked: string[][] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/usage")) asked.push(request.postDataJSON().ids);
  });
  const release = await hold(page, "api-token/usage");
  await page.goto("/");
  await signIn(page, server.firstToken);
  const row = page.getByRole("row", { name: "Export 55" }).last();
  await row.waitFor();
  const places = async () =>
    await page.evaluate("[...document.querySelectorAll('tr')].map((e) => e.offsetTop)");
  const before = await places();
  release();
  const words = "used 214 times in 30 days, 3 of them refused";
  await row.getByText(words).first().waitFor({ state: "attached" });
  expect(await places()).toEqual(before);
  expect(await page.locator(".sparkline svg").count()).toBeGreaterThan(0);
  expect(asked.map(({ length }) => length)).toEqual([50]);
  expect(await page.getByText("in 30 days").count()).toBeLessThan(10);
});

test("a token's uses are shown by pointing, by keys and as a table", async () => {
  const { page } = await signedIn({ secret: auditor.token, place: `#/tokens/${id}` });
  const summary = page.locator(".use-summary");
  await summary.filter({ hasText: "In the last 35 days: used 214 times, 3 of them refused" }).waitFor();
  await page.getByLabel("How far back").selectOption("400 days, by day");
  await summary.filter({ hasText: "In the last 400 days: used 5,214 times, 3 of them refused" }).waitFor();
  await page.getByLabel("How far back").selectOption("24 hours");
  await summary.filter({ hasText: "In the last 24 hours: used 202 times, 2 of them refused" }).waitFor();
  const cursor = page.getByRole("slider", { name: "Uses by hour" });
  await cursor.focus();
  expect(await summary.textContent()).toEndWith("UTC: 0 accepted, 0 refused");
  // Three hours ago, or four if meanwhile another has begun.
  for (let presses = 0; presses < 4 && !(await summary.textContent())?.includes("200"); presses += 1)
    await page.keyboard.press("ArrowLeft");
  expect(await summary.textContent()).toEndWith("UTC: 200 accepted, 0 refused");
  const hour = Number(await cursor.inputValue());
  expect(await cursor.getAttribute("aria-valuetext")).toBe(await summary.textContent());
  const field = page.locator(".use-field");
  const width = (await field.boundingBox())?.width ?? 0;
  await field.hover({ position: { x: (width * (hour - 1.5)) / 24, y: 20 } });
  expect(await summary.textContent()).toEndWith("UTC: 0 accepted, 2 refused");
  await page.getByText("The numbers as a table").click();
  const cells = page.getByRole("region", { name: "Uses" }).getByRole("cell");
  await cells.first().waitFor();
  expect(await cells.allTextContents()).toEqual(["200", "0", "0", "2"]);
  writeUses(server.dataDir, [{ id, hoursAgo: 2, accepted: 7, refused: 0 }]);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("region", { name: "Uses" }).getByText("7", { exact: true }).waitFor();
});

test("a token's history names each change and its author, and links to the author", async () => {
  const tab = await signedIn({ secret: auditor.token });
  const { page } = tab;
  await page.goto(`/#/tokens/${id}`);
  const history = page.getByRole("region", { name: "History" });
  const events = history.getByRole("listitem");
  await history.getByRole("link", { name: MARKUP }).waitFor();
  expect(await events.first().textContent()).toMatch(/Rotated: replaced by Export 55; works until .* UTC/);
  expect(await events.nth(1).textContent()).toContain(
    "Edited: now called Export 55By First token from 127.0.0.1",
  );
  const [rotated] = (await server.call("audit-event/list", { pagination: { limit: 1 } })).json.data;
  expect(rotated).toMatchObject({ action: "api-token.rotate", trace_id: TRACE_ID });
  expect(rotated.request_id).toMatch(/^[0-9a-f]{32}$/);
  for (const [name, id] of [
    ["Trace id", TRACE_ID],
    ["Request id", rotated.request_id],
  ]) {
    const shown = events.first().locator(".event-id", { hasText: name });
    const button = shown.getByRole("button", { name: `Copy ${name.toLowerCase()}` });
    expect(await tab.copied(button)).toBe(id);
  }
  expect(await events.count()).toBe(5);
  await history.getByRole("button", { name: `Show ${EDITS - 3} more` }).click();
  expect(await events.count()).toBe(EDITS + 2);
  await page.locator(".events-space:focus").waitFor();
  expect(await events.last().textContent()).toContain(
    "Created: read access to billing; called Export; works until",
  );
  await history.getByRole("link", { name: MARKUP }).click();
  await page.getByRole("heading", { name: MARKUP }).waitFor();
  await page.getByRole("link", { name: "Changes made with this token" }).click();
  await page.getByRole("link", { name: "Export 55" }).first().waitFor();
  const trail = page.getByRole("region", { name: "Audit trail" }).getByRole("listitem");
  expect(await trail.locator("strong").allTextContents()).toEqual(["Rotated", "Created"]);
});

test("the audit trail of all is paged and narrowed", async () => {
  const { page } = await signedIn({ secret: auditor.token });
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByText(/In the last 35 days: used [\d,]+ times/).waitFor();
  const trail = page.getByRole("region", { name: "Audit trail" });
  const expectVerbs = async (count: number) => {
    await page.locator(`.events:not([aria-busy]):has(> :nth-child(${count}):last-child)`).waitFor();
  };
  await expectVerbs(50);
  await trail.getByRole("link", { name: "Next" }).click();
  await expectVerbs(EDITS + 6 - 50);
  // There is no Next any more that could have kept the focus.
  await page.locator("section:focus", { hasText: "Audit trail" }).waitFor();
  expect(await trail.getByRole("listitem").last().textContent()).toEndWith("By the command line");
  await trail.getByRole("link", { name: "Previous" }).click();
  await expectVerbs(50);
  await trail.getByLabel("Action").selectOption("Rotated");
  await expectVerbs(1);
  await trail.getByLabel("Action").selectOption("Any change");
  await expectVerbs(50);
  const id = trail.getByLabel("Token id");
  await id.fill("Export");
  await id.press("Enter");
  await trail.getByText("A token's id begins with atok_.").waitFor();
  await id.fill(deploys.id);
  await id.press("Enter");
  await expectVerbs(3);
  await trail.getByLabel("To", { exact: true }).fill("2020-01-01");
  await trail.getByText("No change matches").waitFor();
  expect(page.url()).toEndWith(`#/activity?token=${deploys.id}&to=2020-01-01`);
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await signIn(page, auditor.token);
  await trail.getByRole("link", { name: "Clear filters" }).click();
  await expectVerbs(50);
});

test("a day is typed in parts, none of which takes the others back", async () => {
  const { page } = await signedIn({ secret: auditor.token, place: "#/activity?from=2020-10-20" });
  const from = page.getByLabel("From", { exact: true });
  await page.getByRole("region", { name: "Audit trail" }).getByRole("listitem").first().waitFor();
  const type = async (keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await from.focus();
  await type(["ArrowRight", "ArrowRight", "2", "0", "2", "1"]);
  expect(await from.inputValue()).toBe("2021-10-20");
  await page.waitForURL("**/#/activity?from=2021-10-20");
  await type(["Backspace"]);
  await page.getByLabel("Token id").focus();
  expect(await from.inputValue()).toBe("2021-10-20");
  await from.focus();
  await type(["Backspace", "ArrowRight", "Backspace", "ArrowRight", "Backspace"]);
  await page.waitForURL("**/#/activity");
});

test("a part that cannot be loaded says so, and the rest is there", async () => {
  const { page } = await signedIn();
  await refuse(page, /\/(usage|audit-event\/list)$/);
  await page.goto("/#/tokens?status=expired");
  await page.getByRole("alert").getByText(STORE_FAILS).waitFor();
  await page.getByRole("link", { name: "Service 00007" }).click();
  await page.getByRole("heading", { name: "Service 00007" }).waitFor();
  const [uses, history] = [
    page.getByRole("region", { name: "Use", exact: true }),
    page.getByRole("region", { name: "History" }),
  ];
  await uses.getByRole("alert").getByText("0123456789abcdef").waitFor();
  await history.getByRole("alert").getByText("0123456789abcdef").waitFor();
  await page.unroute(/\/(usage|audit-event\/list)$/);
  await uses.getByRole("button", { name: "Try again" }).click();
  await uses.getByText("Not used in the last").waitFor();
  await history.getByRole("button", { name: "Try again" }).click();
  await history.getByRole("alert").waitFor({ state: "detached" });
});
