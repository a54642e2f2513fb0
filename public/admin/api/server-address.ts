/**
 * The address at which this browser reaches Publisher, with a slash at the end. Below a path prefix of a proxy it has
 * a path, as `https://example.com/tokens/`.
 */
export function serverAddress(): string {
  return new URL(".", document.baseURI).href;
}
