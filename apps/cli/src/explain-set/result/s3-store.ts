import { ModelError } from '@ablation-cam/model';
import type { ResultKey } from '@ablation-cam/model/results';
import { AwsClient } from 'aws4fetch';
import { DOMParser } from 'linkedom';
import { CliError } from '../../errors.ts';
import {
  S3Requests,
  USUAL_PATIENCE,
  type StoreAnswer,
  type StoreDeed,
  type StorePatience,
  type StoreRequest,
} from './s3-requests.ts';
import type { ResultStore } from './store.ts';

/**
 * A result in an object store with S3's interface (Amazon S3, MinIO, Ceph, R2, ...), addressed by path. An object appears whole or
 * not at all; that one of several programs begins a result takes a store that knows `If-None-Match: *` (Amazon's does since 2024).
 */
export class S3Store implements ResultStore {
  readonly name: string;
  readonly #requests: S3Requests;
  /** URL of the bucket, without a slash in the end. */
  readonly #bucket: string;
  /** What the names of all objects begin with; empty, or with a slash in the end. */
  readonly #prefix: string;

  private constructor(name: string, requests: S3Requests, bucket: string, prefix: string) {
    this.name = name;
    this.#requests = requests;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /**
   * @param environment credentials, region and endpoint under the names that Amazon's tools use
   * @throws CliError where the URL names no bucket or the environment has no credentials
   */
  static open(
    url: string,
    environment: Readonly<Record<string, string | undefined>>,
    patience: StorePatience = USUAL_PATIENCE,
  ): S3Store {
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
    return new S3Store(url, new S3Requests(client, patience), store, prefix === '' ? '' : `${prefix}/`);
  }

  async get(key: ResultKey): Promise<Uint8Array | undefined> {
    const { status, body } = await this.#send('read', key, { method: 'GET', expected: [404] });
    return status === 404 ? undefined : body;
  }

  async set(key: ResultKey, bytes: Uint8Array): Promise<void> {
    await this.#send('write', key, { method: 'PUT', body: bytes, expected: [] });
  }

  async create(key: ResultKey, bytes: Uint8Array): Promise<boolean> {
    const { status, isRepeated } = await this.#send('write', key, {
      method: 'PUT',
      headers: { 'If-None-Match': '*' },
      body: bytes,
      expected: [412],
    });
    if (status !== 412) return true;
    // It is there - perhaps from an attempt of ours whose answer was lost.
    return isRepeated && isSame(await this.get(key), bytes);
  }

  async has(key: ResultKey): Promise<boolean> {
    return (await this.#send('read', key, { method: 'HEAD', expected: [404] })).status !== 404;
  }

  async names(folder: ResultKey): Promise<string[]> {
    const below = `${this.#prefix}${folder.slice(1)}${folder === '/' ? '' : '/'}`;
    const names: string[] = [];
    let continuation: string | null = null;
    do {
      const query = new URLSearchParams({ 'list-type': '2', delimiter: '/', prefix: below });
      if (continuation !== null) query.set('continuation-token', continuation);
      const url = `${this.#bucket}?${query}`;
      const page = listIn(
        url,
        (await this.#requests.send('list', url, { method: 'GET', expected: [] })).body,
      );
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

  #send(what: StoreDeed, key: ResultKey, request: StoreRequest): Promise<StoreAnswer> {
    const path = `${this.#prefix}${key.slice(1)}`.split('/').map(encodeURIComponent).join('/');
    return this.#requests.send(what, `${this.#bucket}/${path}`, request);
  }
}

/** What is used of linkedom's documents, which it leaves untyped. */
interface Xml {
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string | null }>;
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

/** @throws ModelError for an answer that is no list, as a page of something between here and the store */
function listIn(url: string, body: Uint8Array): Xml {
  const page = new DOMParser().parseFromString(new TextDecoder().decode(body), 'text/xml') as Xml;
  if (page.querySelector('ListBucketResult') !== null) return page;
  throw new ModelError(
    'not-found',
    `Cannot list ${url}: the answer is no list of objects. Is AWS_ENDPOINT_URL a store with S3's interface?`,
  );
}

function isSame(found: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return found?.length === bytes.length && found.every((byte, i) => byte === bytes[i]);
}
