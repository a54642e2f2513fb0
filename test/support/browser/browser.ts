import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import bundled from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type LaunchOptions,
  type Locator,
  type Page,
} from "playwright-core";
import { PATIENCE_MS, until } from "../patience.ts";
import { TemporaryDirectory } from "../temporary.ts";

/**
 * Not the arguments that the package proposes: those switch off the separation of sites, which these tests check.
 * Drawing without a process of its own takes a second off every click on two cores.
 */
const ARGUMENTS = ["--no-sandbox", "--in-process-gpu", "--disable-gpu", "--font-render-hinting=none"];

/** With these arguments this Chromium crashes at about one start in ten, before it has a page. */
const LAUNCH_ATTEMPTS = 5;

const MODULES = resolve(import.meta.dir, "../../../node_modules");

/** Where pictures of pages go, for people to look at. */
export const SCREENSHOTS = resolve(import.meta.dir, "../../../test-results/screenshots");

/** A Chromium without a window. Its files go when it is closed. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return await launched(async (options, home) => {
    const browser = await chromium.launch({ ...options, args: [...ARGUMENTS, ...args] });
    browser.on("disconnected", () => home[Symbol.dispose]());
    return browser;
  });
}

/** The same with a profile of its own in a directory, as people use it. The profile stays when it is closed. */
export async function launchWithProfile(directory: string, origin: string): Promise<BrowserContext> {
  return await launched(async (options, home) => {
    const profile = { ...options, args: ARGUMENTS, baseURL: origin };
    const context = await chromium.launchPersistentContext(directory, profile);
    context.setDefaultTimeout(PATIENCE_MS);
    context.on("close", () => home[Symbol.dispose]());
    return context;
  });
}

async function launched<Started>(
  launch: (options: LaunchOptions, home: TemporaryDirectory) => Promise<Started>,
): Promise<Started> {
  const unpacked = await unpack();
  for (let attempt = 1; ; attempt += 1) {
    const home = new TemporaryDirectory();
    const env = { HOME: home.path, TMPDIR: home.path, FONTCONFIG_FILE: fontsFile(unpacked, home.path) };
    try {
      return await launch({ executablePath: join(unpacked, "chromium"), env, timeout: PATIENCE_MS }, home);
    } catch (error) {
      home[Symbol.dispose]();
      if (attempt === LAUNCH_ATTEMPTS) throw error;
    }
  }
}

/**
 * Writes down where the fonts are. The package's own file of this kind names places that are not where it unpacks,
 * and without any font this Chromium crashes at the first character.
 */
function fontsFile(unpacked: string, profile: string): string {
  const path = join(profile, "fonts.conf");
  const directories = `<dir>${join(unpacked, "fonts")}</dir><cachedir>${join(profile, "fonts-cache")}</cachedir>`;
  writeFileSync(path, `<?xml version="1.0"?><fontconfig>${directories}</fontconfig>`);
  return path;
}

/**
 * Where the package's Chromium lies unpacked, which takes seconds and is done once for each version. The package
 * unpacks into the directory for temporary files, where others might find half a browser: so that is one of its
 * own until all is there.
 */
async function unpack(): Promise<string> {
  const unpacked = join(MODULES, ".cache", `chromium-${await packageVersion()}`);
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(join(MODULES, ".cache"), { recursive: true });
  const directory = mkdtempSync(`${unpacked}-`);
  const shared = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  try {
    await bundled.executablePath();
  } finally {
    if (shared === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = shared;
  }
  try {
    renameSync(directory, unpacked);
  } catch (error) {
    // Another test may have been first.
    if (!existsSync(unpacked)) throw error;
    rmSync(directory, { recursive: true });
  }
  return unpacked;
}

async function packageVersion(): Promise<string> {
  const { version } = await Bun.file(join(MODULES, "@sparticuz/chromium/package.json")).json();
  return String(version);
}

/** A browser tab that reaches one server and nothing else, and collects its faults. */
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

  /** Presses a button that copies. Returns the clipboard once that is done. */
  async copied(button: Locator): Promise<string> {
    await this.page.evaluate("navigator.clipboard.writeText('')");
    await button.click();
    await until(async () => (await this.clipboard()) !== "");
    return await this.clipboard();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

/**
 * Chromium itself writes each answer of 400 and above to the console, also where the page expects it, and that it
 * ignores a header over plain HTTP.
 */
function isFault(message: ConsoleMessage): boolean {
  if (message.type() !== "error" && message.type() !== "warning") return false;
  if (message.text().startsWith("The Cross-Origin-Opener-Policy header has been ignored")) return false;
  const { pathname } = new URL(message.location().url || "about:blank");
  const isOfTheApi = /^\/(?:publisher\.v1|forward-auth|oauth2)\/|^\/healthz$/.test(pathname);
  return !(isOfTheApi && message.text().startsWith("Failed to load resource"));
}
