import { expect } from "bun:test";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { until } from "../patience.ts";
import { SCREENSHOTS } from "./browser.ts";

/** In the dark, only the colours differ. */
const RULES = { light: "", dark: "runOnly: ['color-contrast']," } as const;

const WIDE = { width: 1280, height: 900 };
const SIZES = Object.entries({ narrow: { width: 320, height: 720 }, wide: WIDE });

/** One row of a list is like another: the first few are enough. */
const CONTEXT =
  "{ exclude: ['.tokens tbody tr:nth-child(n + 6)', '.use-rows tr:nth-child(n + 6)', '.event:nth-child(n + 6)'] }";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

export interface Examination {
  /** While a page loads, it does not come to rest. */
  readonly isLoading?: boolean;
  /** Runs axe in narrow windows too, not only in wide ones. */
  readonly isAxeNarrow?: boolean;
}

/** Takes a picture in each size and scheme, and expects no page wider than the window and no violation by axe. */
export async function examine(
  page: Page,
  name: string,
  { isLoading = false, isAxeNarrow = false }: Examination = {},
): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [size, viewport] of SIZES) {
      const where = [name, size, scheme];
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(SCREENSHOTS, `${where.join("-")}.png`) });
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect([where, width]).toEqual([where, viewport.width]);
      if (viewport !== WIDE && !isAxeNarrow) continue;
      if (!isLoading) await until(async () => await page.evaluate<boolean>(IS_AT_REST));
      expect([where, await violations(page, RULES[scheme])]).toEqual([where, []]);
    }
  }
}

/** Whether nothing loads, and so nothing is dimmed, and nothing moves. */
const IS_AT_REST =
  "document.querySelector('[aria-busy=\"true\"]') === null && document.getAnimations().every(({ playState }) => playState !== 'running')";

async function violations(page: Page, rules: string): Promise<unknown> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const result = await page.evaluate<{ violations: readonly Violation[] }>(
    `axe.run(${CONTEXT}, { ${rules} resultTypes: ['violations'], preload: false })`,
  );
  return result.violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  ]);
}
