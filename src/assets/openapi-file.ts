import { OPENAPI_PATH } from "../http/page-file.ts";
import { PAGE_FILES } from "./page-files.ts";

/**
 * The OpenAPI document, as the server answers with it. An executable has it ready-made, and so needs no code to generate
 * it. Throws an Error if the file is missing.
 */
export async function openapiFile(): Promise<object> {
  const file = await PAGE_FILES.find(OPENAPI_PATH);
  if (file === null) throw new Error(`there is no ${OPENAPI_PATH}`);
  return JSON.parse(new TextDecoder().decode(file.contents.identity));
}
