import { openapiDocument } from "../../src/http/documentation.ts";
import type { PageFile } from "../../src/http/page-file.ts";
import { pageFile } from "../page-file.ts";

/** The OpenAPI document as the server gives it. */
export async function documentFile(): Promise<PageFile> {
  const text = JSON.stringify(await openapiDocument());
  return pageFile("/swagger/json", "application/json", false, new TextEncoder().encode(text));
}
