import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An object store with as much of S3's interface as a result needs, in memory. */
export interface ObjectStore {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Answers the next so many requests with 503, as a busy store does. */
  busy: number;
  close(): Promise<void>;
}

/** Objects of one page of a list: fewer than a result has, so that lists have several. */
const PAGE = 3;

export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const store: ObjectStore = {
    url: '',
    objects,
    busy: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const end = (status: number, body: string | Buffer = ''): void => {
      response.writeHead(status).end(request.method === 'HEAD' ? '' : body);
    };
    if (store.busy > 0) {
      store.busy--;
      end(503);
      return;
    }
    const signed = /^AWS4-HMAC-SHA256 Credential=user\/\d{8}\/north\/s3\/aws4_request, SignedHeaders=/;
    if (!signed.test(request.headers.authorization ?? '')) {
      end(403, '<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>');
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const name = pathname.slice(1).split('/').map(decodeURIComponent).join('/');
    if (searchParams.get('list-type') === '2') {
      end(200, listing(name, searchParams));
      return;
    }
    const found = objects.get(name);
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && found !== undefined) {
        end(412);
        return;
      }
      objects.set(name, Buffer.concat(chunks));
      end(200);
    } else if (found === undefined) end(404, '<Error><Code>NoSuchKey</Code></Error>');
    else end(200, found);
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
  return Object.assign(store, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
