import manifest from "../package.json" with { type: "json" };

/** Set by build.ts; absent when run from the sources. */
declare const PUBLISHER_COMMIT: string | undefined;

export const VERSION: string = manifest.version;

/** The commit of the build, with `-dirty` if files had changed. */
export const COMMIT: string =
  typeof PUBLISHER_COMMIT === "string" ? PUBLISHER_COMMIT : "unknown, run from sources";
