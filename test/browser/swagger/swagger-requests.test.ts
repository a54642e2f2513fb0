import { expect, test } from "bun:test";
import { block, open, operations, useSwaggerPage } from "../../support/browser/swagger-page.ts";
import { RunningServer } from "../../support/executable/executable.ts";

const { openSwagger } = await useSwaggerPage();

test("Execute is there once its endpoint can be asked, and not before", async () => {
  const { page } = await openSwagger();
  for (const { operationId, requestBody, parameters = [] } of await operations()) {
    const hasFields = requestBody !== undefined || parameters.length > 0;
    const operation = block(page, operationId);
    const id = await operation.getAttribute("id");
    await page.evaluate(watchExecute(String(id)));
    await operation.locator(".opblock-summary-control").click();
    await operation.locator(".execute").waitFor();
    expect([operationId, await page.evaluate("seen")]).toEqual([operationId, [hasFields]]);
    await operation.locator(".execute").click();
    await operation.locator(".live-responses-table .response").waitFor();
    await operation.locator(".opblock-summary-control").click();
  }
});

test("Execute says so if Publisher does not answer", async () => {
  await using own = await RunningServer.start();
  const { page, faults } = await openSwagger({ origin: own.url });
  const current = await open(page, "getCurrentApiToken");
  await own.stop("SIGKILL");
  await current.locator(".execute").click();
  const answer = current.locator(".live-responses-table .response-col_description .renderedMarkdown");
  expect((await answer.textContent())?.trim()).toBe(
    "Publisher does not answer. Start it again, or check the connection.",
  );
  expect(await current.locator(".live-responses-table").getByText("Undocumented").isVisible()).toBe(false);
  // The browser may load a file of the page, such as its icon, while the server ends or later.
  expect(faults.splice(0).filter((fault) => !fault.includes("net::ERR_CONNECTION"))).toEqual([]);
});

/**
 * A script that writes down, each time that Swagger UI shows an operation with an Execute that can be seen, whether
 * it has a field to fill in, and leaves out repetitions.
 */
function watchExecute(id: string): string {
  return `(() => {
    window.seen = [];
    window.watching?.disconnect();
    window.watching = new MutationObserver(() => {
      const operation = document.getElementById(${JSON.stringify(id)});
      const execute = operation?.querySelector(".execute");
      if (!execute?.checkVisibility({ visibilityProperty: true })) return;
      const hasFields = operation.querySelector("textarea.body-param__text, .parameters input[placeholder]") !== null;
      if (seen.at(-1) !== hasFields) seen.push(hasFields);
    });
    window.watching.observe(document.body, { childList: true, subtree: true });
  })()`;
}
