import { afterAll, afterEach, expect, setDefaultTimeout } from "bun:test";
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { RunningServer } from "../executable/executable.ts";
import { TEST_LIMIT_MS } from "../patience.ts";
import { launchBrowser, SCREENSHOTS, Tab } from "./browser.ts";

export interface BrowserTests {
  readonly browser: Browser;
  readonly server: RunningServer;
  /** Opens a tab of the browser. The end of the test closes the tab, and fails if the tab has a fault. */
  readonly openTab: (options?: TabOptions) => Promise<Tab>;
}

export interface TabOptions extends BrowserContextOptions {
  /** The server's address if left out. */
  readonly origin?: string;
}

/** Makes the server of a test reachable as `publisher.test`, which is no loopback to a browser. */
const ANOTHER_HOST = "--host-resolver-rules=MAP publisher.test 127.0.0.1";

/** Starts a browser and a server for the tests of the file that calls this, and stops both after them. */
export async function useBrowser(): Promise<BrowserTests> {
  setDefaultTimeout(TEST_LIMIT_MS);
  mkdirSync(SCREENSHOTS, { recursive: true });
  const [browser, server] = await Promise.all([launchBrowser([ANOTHER_HOST]), RunningServer.start()]);
  const tabs: Tab[] = [];
  afterEach(async () => {
    const opened = tabs.splice(0);
    const faults = opened.flatMap((tab) => tab.faults);
    await Promise.all(opened.map((tab) => tab[Symbol.asyncDispose]()));
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });
  const openTab = async ({ origin = server.url, ...options }: TabOptions = {}) => {
    const tab = await Tab.open(browser, origin, options);
    tabs.push(tab);
    return tab;
  };
  return { browser, server, openTab };
}
