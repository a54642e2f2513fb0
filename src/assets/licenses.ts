/**
 * The licences of Publisher and of all its packages. From the sources, this bundles Publisher to find the packages. In
 * the executable, build.ts replaces this module by one with the text.
 */
export async function licenses(): Promise<string> {
  const [{ bundlePages }, { executableLicenses }] = await Promise.all([
    import("./bundle.ts"),
    import("../../licenses/executable.ts"),
  ]);
  const { inputs } = await bundlePages();
  return (await executableLicenses(inputs)).text;
}
