import { createHash } from 'node:crypto';
import { ModelError } from '@ablation-cam/model';
import type { AwsClient } from 'aws4fetch';
import pRetry from 'p-retry';

/** An answer that is here whole. */
export interface StoreAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** Whether an earlier attempt failed, which may have been carried out all the same. */
  readonly isRepeated: boolean;
}

export interface StoreRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses besides good ones that are answers, not failures. */
  readonly expected: readonly number[];
}

/** How patient requests are. */
export interface StorePatience {
  /** How often a request is repeated. */
  readonly retries: number;
  /** Before it is repeated first, in milliseconds; each time about twice as long, and somewhat by chance. */
  readonly firstWait: number;
  /** Milliseconds after which an attempt whose answer is not here counts as lost. */
  readonly timeout: number;
}

/** Half a minute in all for a store that answers at once; a chunk has some megabytes, and a slow line takes its time. */
export const USUAL_PATIENCE: StorePatience = { retries: 8, firstWait: 50, timeout: 120_000 };

export type StoreDeed = 'read' | 'write' | 'list';

/** What may be otherwise the next time. */
class Passing extends Error {}

/**
 * Sends signed requests. All that are sent leave the same however often they are carried out, so that each is repeated, with longer
 * and longer waits, where the connection breaks, an answer does not come or breaks off, or the store says that it is at fault, busy, or
 * at the same object for somebody else.
 */
export class S3Requests {
  readonly #client: AwsClient;
  readonly #patience: StorePatience;

  /** @param client that repeats nothing by itself */
  constructor(client: AwsClient, patience: StorePatience) {
    this.#client = client;
    this.#patience = patience;
  }

  /** @throws ModelError `write-failed`, `not-found` for an answer that is neither good nor expected, or none */
  async send(what: StoreDeed, url: string, request: StoreRequest): Promise<StoreAnswer> {
    const { retries, firstWait } = this.#patience;
    try {
      return await pRetry((attempt) => this.#attempt(url, request, attempt > 1), {
        retries,
        minTimeout: firstWait,
        maxTimeout: 10_000,
        randomize: true,
        shouldRetry: ({ error }) => error instanceof Passing,
      });
    } catch (cause) {
      const { message } = cause as Error;
      const tries = cause instanceof Passing ? `, ${retries + 1} times` : '';
      throw new ModelError(
        what === 'write' ? 'write-failed' : 'not-found',
        `Cannot ${what} ${url}: ${message}${tries}. Check the bucket, the credentials and AWS_ENDPOINT_URL.`,
        { cause },
      );
    }
  }

  async #attempt(
    url: string,
    { method, headers, body, expected }: StoreRequest,
    isRepeated: boolean,
  ): Promise<StoreAnswer> {
    const signed = await this.#client.sign(url, {
      method,
      // The store refuses what arrives as something else.
      headers: { ...headers, 'X-Amz-Content-Sha256': sha256(body ?? new Uint8Array()) },
      ...(body && { body: new Uint8Array(body) }),
    });
    let status: number;
    let told: Uint8Array;
    try {
      const response = await fetch(signed, { signal: AbortSignal.timeout(this.#patience.timeout) });
      status = response.status;
      told = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new Passing(reasonOf(cause as Error), { cause });
    }
    if ((status >= 200 && status < 300) || expected.includes(status))
      return { status, body: told, isRepeated };
    const [, code] = /<Code>([^<]*)<\/Code>/.exec(textOf(told)) ?? [];
    const [, message] = /<Message>([^<]*)<\/Message>/.exec(textOf(told)) ?? [];
    const reason = `the store answered ${status}${message === undefined ? '' : `, ${message}`}`;
    throw isPassing(status, code) ? new Passing(reason) : new Error(reason);
  }
}

/**
 * Source: Amazon S3 API reference, "Error responses": 409 where another request is at the object, 503 SlowDown, 400 RequestTimeout for a
 * body that came too slowly, 400 IncompleteBody for one that did not come whole; 429 is what other stores say for 503.
 */
function isPassing(status: number, code: string | undefined): boolean {
  if ([408, 409, 429, 500, 502, 503, 504].includes(status)) return true;
  return ['RequestTimeout', 'IncompleteBody', 'XAmzContentSHA256Mismatch'].includes(code ?? '');
}

/** `fetch` says what happened in the cause. */
function reasonOf({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return 'no answer came in time';
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
