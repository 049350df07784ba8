import { DIGITS_FILE, type Images, unpack } from './format';

/** Fetches the digits that lie beside the page. */
export async function loadDigits(base: URL): Promise<{ training: Images; heldOut: Images }> {
  const url = new URL(DIGITS_FILE, base);
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new Error(`The digits did not load from ${url}: status ${response.status}.`);
  }
  const unzipped = response.body.pipeThrough(new DecompressionStream('gzip'));
  return unpack(new Uint8Array(await new Response(unzipped).arrayBuffer()));
}
