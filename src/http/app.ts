import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { authentication, countAstray, locate } from "./auth/authentication.ts";
import { shuttingDown } from "./errors.ts";
import type { StoreHealth } from "./health.ts";
import type { PageFiles } from "./page-file.ts";
import { pages as servedPages } from "./pages.ts";
import type { RequestLog } from "./request-log.ts";
import { routes } from "./routes.ts";
import { respondTo, traced, traceOf } from "./trace.ts";

export interface AppParts extends StoreHealth {
  readonly authority: Authority;
  readonly log: RequestLog;
  readonly isStopping: () => boolean;
  /** The files of the pages; null to serve the API alone. */
  readonly pages: PageFiles | null;
  readonly addressOf: (request: Request) => string | null;
}

/**
 * The whole server but its socket. Elysia must see every path as the router will: with `standardHostname` it
 * would look for the path behind the eleventh character, and a short Host header would move it past
 * authentication.
 */
export function app({ authority, log, ping, writeTrouble, isStopping, pages, addressOf }: AppParts) {
  return new Elysia({ strictPath: true, handler: { standardHostname: false } })
    .wrap(traced({ log, addressOf }))
    .onError(countAstray)
    .onError(({ error, request }) => respondTo(error, traceOf(request)))
    .onRequest(locate)
    .onRequest(() => {
      if (isStopping()) throw shuttingDown();
    })
    .onRequest(authentication(authority.tokens))
    .use(routes({ authority, ping, writeTrouble }))
    .use(pages === null ? new Elysia() : servedPages(pages));
}
