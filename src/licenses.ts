/**
 * The licences of all that Publisher is made of. From the sources, the text is made of what a bundle of them would
 * have inside. In an executable this module is not there: build.ts puts one in its place that has the text.
 */
export async function licenses(): Promise<string> {
  const [{ bundlePages }, { executableLicenses }] = await Promise.all([
    import("../public/bundle.ts"),
    import("../licenses/executable.ts"),
  ]);
  const { inputs } = await bundlePages();
  return (await executableLicenses(inputs)).text;
}
