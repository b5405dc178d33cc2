import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** How a body is packed for the way, the shortest first. */
const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Beyond this, brotli takes many times as long for a few per cent. */
const BROTLI_QUALITY = 6;

/** A file of the site as it is sent. */
export interface SentBody {
  readonly body: Uint8Array;
  readonly encoding: Encoding | null;
  readonly etag: string;
}

/** A file that is served, with the packed forms of it that were asked for. */
export class SiteFile {
  readonly #bytes: Uint8Array;
  readonly #hash: string;
  readonly #packed = new Map<Encoding, Promise<Uint8Array>>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  }

  /** Returns the file in the shortest form that a client takes. @param accepted the header `accept-encoding` */
  async as(accepted: string): Promise<SentBody> {
    const encoding = ENCODINGS.find((name) => accepts(accepted, name)) ?? null;
    if (encoding !== null) {
      const packing = this.#packed.get(encoding) ?? pack(this.#bytes, encoding);
      this.#packed.set(encoding, packing);
      const body = await packing;
      if (body.length < this.#bytes.length) return { body, encoding, etag: this.#etag(encoding) };
    }
    return { body: this.#bytes, encoding: null, etag: this.#etag('') };
  }

  /** Whether a client has this file already, in whatever form. @param known the header `if-none-match` */
  isKnown(known: string): boolean {
    return known.includes(`"${this.#hash}`);
  }

  /** Forms of a file have tags of their own. */
  #etag(form: string): string {
    return `"${this.#hash}${form && `-${form}`}"`;
  }
}

/** Returns a file as it is sent to browsers of today. */
export function pack(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  return encoding === 'br'
    ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
    : promisify(gzip)(bytes);
}

/** Whether a client takes an encoding: it says so, and not with a weight of 0. */
function accepts(header: string, encoding: Encoding): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  });
}
