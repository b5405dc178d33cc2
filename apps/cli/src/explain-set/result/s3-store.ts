import { ModelError } from '@ablation-cam/model';
import { AwsClient } from 'aws4fetch';
import { DOMParser } from 'linkedom';
import type { AbsolutePath } from 'zarrita';
import { CliError } from '../../errors.ts';
import type { ResultStore } from './store.ts';

/**
 * A result in an object store with S3's interface (Amazon S3, MinIO, Ceph, R2, ...), addressed by path. An object appears whole or
 * not at all; that one of several programs begins a result takes a store that knows `If-None-Match: *` (Amazon's does since 2024).
 * Requests that the store refuses for now are repeated.
 */
export class S3Store implements ResultStore {
  readonly name: string;
  readonly #client: AwsClient;
  /** URL of the bucket, without a slash in the end. */
  readonly #bucket: string;
  /** What the names of all objects begin with; empty, or with a slash in the end. */
  readonly #prefix: string;

  private constructor(name: string, client: AwsClient, bucket: string, prefix: string) {
    this.name = name;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /**
   * @param environment credentials, region and endpoint under the names that Amazon's tools use
   * @throws CliError where the URL names no bucket or the environment has no credentials
   */
  static open(url: string, environment: Readonly<Record<string, string | undefined>>): S3Store {
    const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(url) ?? [];
    if (bucket === '') throw new CliError(`${url} names no bucket; give s3://bucket/prefix.`);
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
    if (!accessKeyId || !secretAccessKey) {
      throw new CliError(
        `${url} takes credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_ENDPOINT_URL for a store that is not Amazon's).`,
      );
    }
    const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1';
    const endpoint =
      environment['AWS_ENDPOINT_URL_S3'] ??
      environment['AWS_ENDPOINT_URL'] ??
      `https://s3.${region}.amazonaws.com`;
    const sessionToken = environment['AWS_SESSION_TOKEN'];
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      ...(sessionToken !== undefined && { sessionToken }),
    });
    const prefix = path.replace(/\/*$/, '');
    const store = `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;
    return new S3Store(url, client, store, prefix === '' ? '' : `${prefix}/`);
  }

  async get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    const response = await this.#send('read', key, { method: 'GET' }, [404]);
    return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer());
  }

  async set(key: AbsolutePath, bytes: Uint8Array): Promise<void> {
    await this.#send('write', key, { method: 'PUT', body: bodyOf(bytes) }, []);
  }

  async create(key: AbsolutePath, bytes: Uint8Array): Promise<boolean> {
    const headers = { 'If-None-Match': '*' };
    // 412: it is there. 409: another program is at it.
    const refusals = [409, 412];
    const { status } = await this.#send(
      'write',
      key,
      { method: 'PUT', headers, body: bodyOf(bytes) },
      refusals,
    );
    return !refusals.includes(status);
  }

  async has(key: AbsolutePath): Promise<boolean> {
    return (await this.#send('read', key, { method: 'HEAD' }, [404])).status !== 404;
  }

  async names(folder: AbsolutePath): Promise<string[]> {
    const below = `${this.#prefix}${folder.slice(1)}${folder === '/' ? '' : '/'}`;
    const names: string[] = [];
    let continuation: string | null = null;
    do {
      const query = new URLSearchParams({ 'list-type': '2', delimiter: '/', prefix: below });
      if (continuation !== null) query.set('continuation-token', continuation);
      const response = await this.#fetch('list', `${this.#bucket}?${query}`, { method: 'GET' }, []);
      const page = new DOMParser().parseFromString(await response.text(), 'text/xml') as Xml;
      for (const { textContent: key } of page.querySelectorAll('Contents > Key')) {
        names.push((key ?? '').slice(below.length));
      }
      continuation = page.querySelector('NextContinuationToken')?.textContent ?? null;
    } while (continuation !== null);
    return names;
  }

  /** Objects are whole: there are no drafts. */
  removeDrafts(): Promise<void> {
    return Promise.resolve();
  }

  free(): Promise<null> {
    return Promise.resolve(null);
  }

  #send(what: Deed, key: AbsolutePath, request: RequestInit, expected: readonly number[]): Promise<Response> {
    const path = `${this.#prefix}${key.slice(1)}`.split('/').map(encodeURIComponent).join('/');
    return this.#fetch(what, `${this.#bucket}/${path}`, request, expected);
  }

  /** @throws ModelError for an answer that is neither good nor expected */
  async #fetch(
    what: Deed,
    url: string,
    request: RequestInit,
    expected: readonly number[],
  ): Promise<Response> {
    const failed = (reason: string, cause?: unknown): ModelError =>
      new ModelError(
        what === 'write' ? 'write-failed' : 'not-found',
        `Cannot ${what} ${url}: ${reason}. Check the bucket, the credentials and AWS_ENDPOINT_URL.`,
        { cause },
      );
    let response: Response;
    try {
      response = await this.#client.fetch(url, request);
    } catch (cause) {
      const { message, cause: inner } = cause as Error;
      throw failed(inner instanceof Error && inner.message !== '' ? inner.message : message, cause);
    }
    if (response.ok || expected.includes(response.status)) return response;
    const told = /<Message>([^<]*)<\/Message>/.exec(await response.text())?.[1];
    throw failed(`the store answered ${response.status}${told === undefined ? '' : `, ${told}`}`);
  }
}

/** What is used of linkedom's documents, which it leaves untyped. */
interface Xml {
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string | null }>;
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

type Deed = 'read' | 'write' | 'list';

/** A view of the right type: what zarr chunks lie in is never shared memory. */
function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
