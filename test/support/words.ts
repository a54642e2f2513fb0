/** The ASCII words of a template as they are written: a backslash stands for itself. */
export function words({ raw }: TemplateStringsArray): readonly string[] {
  return raw.join("").trim().split(/\s+/);
}
