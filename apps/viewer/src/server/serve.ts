import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { SiteFile } from './site-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** What is served differently from the rest. */
export interface ServeOptions {
  /** Origins beside this server that the page may fetch models and images from, when its user agrees; none by default. */
  readonly fetchFrom?: readonly string[] | undefined;
  /** The folder of a result of `explain-set` that is served as `result/`; none by default. */
  readonly result?: string | undefined;
}

/**
 * Scripts, styles and requests only from this server; `wasm-unsafe-eval` lets TensorFlow.js compile its WASM binary, `data:` and
 * `blob:` show pictures that the page itself drew or was given. Nothing may be sent a form, and nothing frame the page but its
 * embedded view, which has nothing to press that another page could abuse.
 */
function contentSecurityPolicy({ fetchFrom = [] }: ServeOptions, isEmbedded: boolean): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    'media-src blob:',
    ["connect-src 'self'", ...fetchFrom].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${isEmbedded ? '*' : "'none'"}`,
  ].join('; ');
}

const HEADERS = {
  // Isolated from other pages, which also gives clocks of full resolution.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // Asked for each time, and answered with 304 where nothing has changed.
  'cache-control': 'no-cache',
  vary: 'accept-encoding',
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
export async function serve(
  files: ReadonlyMap<string, Uint8Array>,
  port: number,
  options: ServeOptions = {},
): Promise<Server> {
  const site = new Map([...files].map(([name, bytes]) => [name, new SiteFile(bytes)]));
  const server = createServer(
    {
      headersTimeout: LONGEST_REQUEST_MS,
      requestTimeout: LONGEST_REQUEST_MS,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 5000,
    },
    (request, response) => {
      answer(site, options, request, response).catch(() => {
        // Nothing was sent yet, or the client has gone.
        response.destroy();
      });
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

/** What pages of others may load: the element that embeds the viewer there. */
const FOR_OTHERS = 'embed.js';

async function answer(
  files: ReadonlyMap<string, SiteFile>,
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // A page elsewhere whose name was made to lead to this machine has another host.
  const isOwn = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
  const target = request.url ?? '';
  const name = nameIn(target);
  const file = isRead && isOwn ? (files.get(name) ?? (await resultFile(options, name))) : undefined;
  const sent = await file?.as(request.headers['accept-encoding'] ?? '');
  const isKnown = file?.isKnown(request.headers['if-none-match'] ?? '') === true;
  response.writeHead(sent ? (isKnown ? 304 : 200) : isRead ? 404 : 405, {
    ...HEADERS,
    'content-security-policy': contentSecurityPolicy(options, isEmbedded(name, target)),
    'cross-origin-resource-policy': name === FOR_OTHERS ? 'cross-origin' : 'same-origin',
    ...(sent && { etag: sent.etag }),
    ...(sent?.encoding && !isKnown && { 'content-encoding': sent.encoding }),
    ...(isRead ? {} : { allow: 'GET, HEAD' }),
    // What else is sent, without end perhaps, is not read.
    ...(isRead && !hasBody(request) ? {} : { connection: 'close' }),
    'content-type': sent ? (TYPES[extname(name)] ?? 'application/octet-stream') : 'text/plain',
    ...(sent && !isKnown && { 'content-length': sent.body.length }),
  });
  response.end(request.method === 'HEAD' || isKnown ? undefined : (sent?.body ?? 'There is nothing here.'));
}

/**
 * The name of a file in the target of a request, such as `/style.css?1` or `http://127.0.0.1/style.css`; no path that
 * leads anywhere else is one. Taken apart by hand: `URL` throws on what is no address, such as `//`.
 */
function nameIn(target: string): string {
  const [, path = ''] = /^(?:https?:\/\/[^/?#]*)?\/([^?#]*)/i.exec(target) ?? [undefined, target];
  return path === '' ? 'index.html' : path;
}

/** Read each time: a result may be many times what fits in memory. */
async function resultFile({ result }: ServeOptions, name: string): Promise<SiteFile | undefined> {
  // No part begins with a dot, so that none leads out of the folder.
  const [, path] = /^result\/((?:[\w+-][\w.+-]*\/)*[\w+-][\w.+-]*)$/.exec(name) ?? [];
  if (result === undefined || path === undefined) return undefined;
  const bytes = await readFile(join(result, path)).catch(() => null);
  return bytes ? new SiteFile(bytes) : undefined;
}

/** Whether the target asks for the view that other pages may frame. */
function isEmbedded(name: string, target: string): boolean {
  const query = /\?([^#]*)/.exec(target)?.[1] ?? '';
  return name === 'index.html' && new URLSearchParams(query).get('embed') === '1';
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
