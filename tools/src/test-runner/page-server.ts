import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};

const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>tests</title>';

export interface PageServer {
  readonly url: string;
  close(): void;
}

/**
 * Serves, on 127.0.0.1 only: `/` an empty page, `/bundle/*` the bundle, `/package/*` files of the package under test, and
 * TensorFlow.js's `.wasm` files under any path. The headers isolate the page, which threads in WASM need.
 */
export async function servePage(packageFolder: string, bundleFolder: string): Promise<PageServer> {
  const wasmFolder = locateWasm(packageFolder);
  const fileOf = (path: string): string | undefined => {
    const [, root = '', ...rest] = normalize(path).split('/');
    const name = basename(path);
    if (root === 'bundle') return join(bundleFolder, ...rest);
    if (/^tfjs-backend-wasm.*\.wasm$/.test(name) && wasmFolder !== undefined) return join(wasmFolder, name);
    if (root === 'package') return join(packageFolder, ...rest);
    return undefined;
  };

  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
      const file = fileOf(path);
      const body = path === '/' ? PAGE : file === undefined ? null : await readFile(file).catch(() => null);
      response.writeHead(body === null ? 404 : 200, {
        'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cache-control': 'no-store',
      });
      response.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function locateWasm(packageFolder: string): string | undefined {
  try {
    const require = createRequire(join(packageFolder, 'package.json'));
    return dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  } catch {
    return undefined;
  }
}
