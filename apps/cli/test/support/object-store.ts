import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreFault } from './store-faults.ts';

/** An object store with as much of S3's interface as a result needs, in memory. */
export interface ObjectStore {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** What goes wrong with a request, which `silent` never answers: its method and object, and how many of that kind came before. */
  fault: (method: string, name: string, before: number) => StoreFault | 'silent' | null;
  close(): Promise<void>;
}

/** Objects of one page of a list: fewer than a result has, so that lists have several. */
const PAGE = 3;
const SLOW_MS = 100;

export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    // What a client has torn off is nobody's any more.
    void answer(request, response).catch(() => response.destroy());
  });
  const store: ObjectStore = {
    url: '',
    objects,
    fault: () => null,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const name = pathname.slice(1).split('/').map(decodeURIComponent).join('/');
    const kind = `${method} ${name}`;
    const before = requests.get(kind) ?? 0;
    requests.set(kind, before + 1);
    const fault = store.fault(method, name, before);
    if (fault === 'silent') return;
    if (fault === 'drop') {
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const end = (status: number, told: string | Buffer = ''): void => {
      const bytes = Buffer.from(told);
      if (fault === 'lost') {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-length': bytes.length });
      if (fault === 'cut' && method === 'GET' && bytes.length > 1) {
        response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
      } else response.end(method === 'HEAD' ? '' : bytes);
    };
    if (fault === 'slow') await sleep(SLOW_MS);
    if (fault === 'error') {
      end(500, '<Error><Code>InternalError</Code><Message>We are at fault</Message></Error>');
    } else if (fault === 'busy') end(503, '<Error><Code>SlowDown</Code></Error>');
    else if (fault === 'conflict') end(409, '<Error><Code>ConditionalRequestConflict</Code></Error>');
    else serve(request, searchParams, name, body, end);
  }

  function serve(
    { method, headers }: IncomingMessage,
    searchParams: URLSearchParams,
    name: string,
    body: Buffer,
    end: (status: number, told?: string | Buffer) => void,
  ): void {
    const signed = /^AWS4-HMAC-SHA256 Credential=user\/\d{8}\/north\/s3\/aws4_request, SignedHeaders=/;
    if (!signed.test(headers.authorization ?? '')) {
      end(403, '<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>');
    } else if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) {
      end(400, '<Error><Code>XAmzContentSHA256Mismatch</Code></Error>');
    } else if (searchParams.get('list-type') === '2') end(200, listing(name, searchParams));
    else if (method === 'PUT') {
      const isKept = headers['if-none-match'] === '*' && objects.has(name);
      if (!isKept) objects.set(name, body);
      end(isKept ? 412 : 200);
    } else {
      const found = objects.get(name);
      if (found === undefined) end(404, '<Error><Code>NoSuchKey</Code></Error>');
      else end(200, found);
    }
  }

  function listing(bucket: string, query: URLSearchParams): string {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const first = Number(query.get('continuation-token') ?? 0);
    const names = [...objects.keys()].filter(
      (key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'),
    );
    const keys = names
      .sort()
      .slice(first, first + PAGE)
      .map((key) => `<Contents><Key>${key.slice(bucket.length + 1)}</Key></Contents>`);
    const isLast = first + PAGE >= names.length;
    const next = isLast ? '' : `<NextContinuationToken>${first + PAGE}</NextContinuationToken>`;
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${!isLast}</IsTruncated>${next}${keys.join('')}</ListBucketResult>`;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Who asks waits for the answer: nothing else has to keep the process.
  server.unref();
  return Object.assign(store, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
