import type { Issue } from "../../tokens/refusal.ts";
import { badRequest } from "../errors.ts";
import { readText } from "./body.ts";

/**
 * Reads the parameters of these names in the body of a request that is encoded as a form. A parameter without a value
 * counts as left out, and one of another name is ignored. Throws a Failure for any other type, size or encoding, and for
 * a repeated parameter. https://www.rfc-editor.org/rfc/rfc6749#section-3.2, https://url.spec.whatwg.org/#urlencoded-parsing
 */
export async function readForm<Name extends string>(
  request: Request,
  names: readonly Name[],
): Promise<Partial<Record<Name, string>>> {
  const text = await readText(request, "application/x-www-form-urlencoded");
  const given = text.split("&").map(parameter);
  const form: Partial<Record<Name, string>> = {};
  const issues: Issue[] = [];
  for (const path of names) {
    const [value, ...more] = given.flatMap(([name, each]) => (name === path && each !== "" ? [each] : []));
    if (value !== undefined) form[path] = value;
    if (more.length > 0) issues.push({ path, message: "must be given only once" });
  }
  if (issues.length > 0) throw badRequest(issues);
  return form;
}

function parameter(text: string): readonly [name: string, value: string] {
  const end = text.indexOf("=");
  return end === -1 ? [decoded(text), ""] : [decoded(text.slice(0, end)), decoded(text.slice(end + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badRequest([{ path: "", message: "must be a form in percent-encoded UTF-8" }]);
  }
}
