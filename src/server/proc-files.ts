import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The text of a file of proc(5). Empty where there is none, or it may not be read. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The names in a directory of proc(5). Empty where there is none, or it may not be read. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The target of a link of proc(5), such as a descriptor. Empty where there is none, or it may not be read. */
export function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
