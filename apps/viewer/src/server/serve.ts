import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
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

/** Far more than a browser opens; further ones are closed at once. */
const MOST_CONNECTIONS = 1000;
/** A client that takes longer over its request has gone away or holds the connection on purpose. */
const LONGEST_REQUEST_MS = 10_000;
/** Without a byte either way: a client that stopped reading, or a connection nobody uses. */
const LONGEST_SILENCE_MS = 30_000;

/**
 * Serves files by name, on 127.0.0.1 only; `/` is `index.html`. Whatever a client sends or leaves out is answered or its
 * connection dropped: nothing that comes over the network ends the process.
 *
 * @param port 0 for any that is free
 * @throws the error of Node where the port is taken
 */
export async function serve(files: ReadonlyMap<string, Uint8Array>, port: number): Promise<Server> {
  const server = createServer(
    {
      headersTimeout: LONGEST_REQUEST_MS,
      requestTimeout: LONGEST_REQUEST_MS,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 5000,
    },
    (request, response) => {
      answer(files, request, response);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = LONGEST_SILENCE_MS;
  // Without a listener, Node takes an upgrade for a request like any other, and drops what wants a tunnel.
  server.on('clientError', (_, socket) => {
    // A client may never close its side.
    if (socket.writable) socket.end(BAD_REQUEST, () => socket.destroy());
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // From now on errors are those of accepting a connection, such as too many open files: that one is lost, the rest goes on.
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

function answer(
  files: ReadonlyMap<string, Uint8Array>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // A page elsewhere whose name was made to lead to this machine has another host.
  const isOwn = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
  const name = nameIn(request.url ?? '');
  const body = isRead && isOwn ? files.get(name) : undefined;
  response.writeHead(body ? 200 : isRead ? 404 : 405, {
    ...HEADERS,
    ...(isRead ? {} : { allow: 'GET, HEAD' }),
    // What else is sent, without end perhaps, is not read.
    ...(isRead && !hasBody(request) ? {} : { connection: 'close' }),
    'content-type': body ? (TYPES[extname(name)] ?? 'application/octet-stream') : 'text/plain',
  });
  response.end(request.method === 'HEAD' ? undefined : (body ?? 'There is nothing here.'));
}

/**
 * The name of a file in the target of a request, such as `/style.css?1` or `http://127.0.0.1/style.css`; no path that
 * leads anywhere else is one. Taken apart by hand: `URL` throws on what is no address, such as `//`.
 */
function nameIn(target: string): string {
  const [, path = ''] = /^(?:https?:\/\/[^/?#]*)?\/([^?#]*)/i.exec(target) ?? [undefined, target];
  return path === '' ? 'index.html' : path;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
