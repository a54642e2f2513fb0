import chromium from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium as driver,
  type Page,
} from "playwright-core";

/**
 * Not the arguments that the package proposes: those switch off what guards one site from another, and so things
 * that these tests are about.
 */
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

/** How long anything on a page may take before a test gives up, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long one test in a browser may take, in milliseconds. */
export const TEST_LIMIT_MS = 30_000;

/** A Chromium without a window, from the package that carries one. */
export async function launchBrowser(): Promise<Browser> {
  return await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ARGUMENTS,
    headless: true,
    timeout: PATIENCE_MS * 3,
  });
}

/** A browser tab that reaches one server and nothing else, and keeps what goes wrong in it. */
export class Tab implements AsyncDisposable {
  /** Requests to anywhere else, errors and warnings on the console, violations of the policy, exceptions. */
  readonly faults: string[] = [];
  readonly context: BrowserContext;
  readonly page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async open(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await browser.newContext({ baseURL: origin, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    const tab = new Tab(context, await context.newPage());
    await context.route(
      (url) => url.origin !== origin,
      async (route) => {
        tab.faults.push(`asked for ${route.request().url()}`);
        await route.abort();
      },
    );
    tab.page.on("console", (message) => {
      if (isFault(message)) tab.faults.push(message.text());
    });
    tab.page.on("pageerror", (error) => tab.faults.push(String(error)));
    return tab;
  }

  async clipboard(): Promise<string> {
    return await this.page.evaluate("navigator.clipboard.readText()");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

/** Chromium writes every answer of 400 and above to the console by itself, also where the page expects it. */
function isFault(message: ConsoleMessage): boolean {
  if (message.type() !== "error" && message.type() !== "warning") return false;
  const { pathname } = new URL(message.location().url || "about:blank");
  const isOfTheApi = pathname.startsWith("/publisher.v1/") || pathname === "/healthz";
  return !(isOfTheApi && message.text().startsWith("Failed to load resource"));
}
