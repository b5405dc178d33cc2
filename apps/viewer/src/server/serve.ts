import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Scripts, styles and requests only from this server; `wasm-unsafe-eval` lets TensorFlow.js compile its WASM binary, `data:` and
 * `blob:` show pictures that the page itself drew or was given. Nothing may frame the page or be sent a form.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  'media-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // Isolated from other pages, which also gives clocks of full resolution.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

export interface Server {
  readonly url: string;
  close(): void;
}

/**
 * Serves files by name, on 127.0.0.1 only; `/` is `index.html`.
 *
 * @param port 0 for any that is free
 * @throws the error of Node where the port is taken
 */
export async function serve(files: ReadonlyMap<string, Uint8Array>, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname.slice(1);
    const name = path === '' ? 'index.html' : path;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    // A page elsewhere whose name was made to lead to this machine has another host.
    const isOwn = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
    const body = isRead && isOwn ? files.get(name) : undefined;
    response.writeHead(body ? 200 : isRead ? 404 : 405, {
      ...HEADERS,
      'content-type': body ? (TYPES[extname(name)] ?? 'application/octet-stream') : 'text/plain',
    });
    response.end(request.method === 'HEAD' ? undefined : (body ?? 'There is nothing here.'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
