import type { Page, Route } from "playwright-core";

/** The envelope of an error, as the API would send it. */
export function failure(code: string, message: string, data: object = {}): string {
  const error = { code, message, data, trace_id: "0123456789abcdef0123456789abcdef" };
  return JSON.stringify({ error });
}

/** Answers all calls of an endpoint with 503, except dry runs. */
export async function refuse(page: Page, endpoint: string | RegExp, message = STORE_FAILS): Promise<void> {
  const body = failure("unavailable", message);
  await page.route(pathOf(endpoint), async (route) => {
    if (isDryRun(route)) await route.continue();
    else await route.fulfill({ status: 503, contentType: "application/json", body });
  });
}

export const STORE_FAILS = "The store cannot be used now; try again later";

export function isDryRun(route: Route): boolean {
  return route.request().postDataJSON()?.dry_run === true;
}

/** Makes the calls of an endpoint wait, until the returned function is called. */
export async function hold(page: Page, endpoint: string | RegExp): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route(pathOf(endpoint), async (route) => {
    await held.promise;
    await route.fallback();
  });
  return held.resolve;
}

/** Lets the calls of an endpoint reach the server, and the page gets no answer, or another one. */
export async function loseAnswers(
  page: Page,
  endpoint: string,
  answer?: { readonly status: number; readonly body: string },
): Promise<void> {
  await page.route(pathOf(endpoint), async (route) => {
    if (isDryRun(route)) return await route.continue();
    await route.fetch();
    await (answer === undefined ? route.abort("connectionreset") : route.fulfill(answer));
  });
}

/** Cuts a page off from the server. `page.unroute("**\/*")` joins them again. */
export async function cutOff(page: Page): Promise<void> {
  await page.route("**/*", (route) => route.abort("connectionrefused"));
}

function pathOf(endpoint: string | RegExp): string | RegExp {
  return typeof endpoint === "string" ? `**/${endpoint}` : endpoint;
}

/** Collects the paths that a page asks for from now on. */
export function askedPaths(page: Page): readonly string[] {
  const paths: string[] = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}
