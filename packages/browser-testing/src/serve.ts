import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { json } from 'node:stream/consumers';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Headers that make a page cross-origin isolated, so that it may share memory with workers. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves files, each folder under the path it is given for, and takes the report of a page. */
export async function serve(
  folders: Record<string, string>,
  { isolated, headers = {} }: { isolated: boolean; headers?: Readonly<Record<string, string>> },
): Promise<{ url: string; server: Server; reported: Promise<object> }> {
  let take: (report: object) => void = () => {};
  const reported = new Promise<object>((resolve) => {
    take = resolve;
  });
  const server = createServer(async (request, response) => {
    const { url = '/', method } = request;
    const path = normalize(new URL(url, 'http://localhost').pathname);
    const file = path === '/' ? '/index.html' : path;
    const [prefix = '', folder = ''] =
      Object.entries(folders).find(([start]) => file.startsWith(start)) ?? [];
    try {
      if (method === 'POST') {
        take((await json(request)) as object);
        response.writeHead(204).end();
        return;
      }
      const body = await readFile(join(folder, file.slice(prefix.length)));
      const type = types[extname(file)] ?? 'application/octet-stream';
      const all = { 'Content-Type': type, ...(isolated ? isolation : {}), ...headers };
      response.writeHead(200, all).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, reported };
}
