import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const DOCS = resolve(import.meta.dir, "../../../docs");

/** How an indented paragraph begins that is no command: an answer, a header, a line of a `Containerfile`. */
const NO_COMMAND = /^(?:\{|"|Authorization:|HEALTHCHECK )/;

/** Commands that install something, start the server or wait for keys. */
const NOT_RUN = /^(?:npx|sudo|source|publisher completion) |\| less$/;

/** All commands of a page below docs/, in order, as a person pastes them into one shell. */
export function commandsOf(page: string): string {
  return readFileSync(join(DOCS, page), "utf8")
    .split("\n\n")
    .filter((paragraph) => paragraph.startsWith("    "))
    .map((paragraph) => paragraph.replaceAll(/^ {4}/gm, ""))
    .filter((paragraph) => !NO_COMMAND.test(paragraph))
    .flatMap((paragraph) => paragraph.split("\n"))
    .filter((line) => !NOT_RUN.test(line))
    .join("\n");
}
