/**
 * The licences of everything that Publisher is made of. When Publisher runs from its sources, this bundles them to find
 * the packages. In the executable, build.ts replaces this module by one that contains the text.
 */
export async function licenses(): Promise<string> {
  const [{ bundlePages }, { executableLicenses }] = await Promise.all([
    import("./bundle.ts"),
    import("../../licenses/executable.ts"),
  ]);
  const { inputs } = await bundlePages();
  return (await executableLicenses(inputs)).text;
}
