import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { PageServer } from '../test-runner/page-server.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Serves a folder as `/app/`, on 127.0.0.1 only, as a host of static files does. */
export async function serveFolder(folder: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
      const name = path.startsWith('/app/') ? path.slice(5) || 'index.html' : null;
      const body = name === null ? null : await readFile(join(folder, name)).catch(() => null);
      const type = TYPES[extname(name ?? '')] ?? 'application/octet-stream';
      response.writeHead(body === null ? 404 : 200, { 'content-type': type });
      response.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
