import { ModelError } from '../errors.ts';

/**
 * The SHA-256 checksum of bytes, in hexadecimal; `null` in a page that came over an insecure connection: browsers keep their
 * cryptography from it, and nothing is checked there.
 */
export async function sha256(bytes: Uint8Array): Promise<string | null> {
  // The types know nothing of such pages.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return null;
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Holds bytes against the checksum they were written with.
 *
 * @param expected `undefined` where whoever wrote them left none
 * @throws ModelError `invalid-file`
 */
export async function checkSum(name: string, bytes: Uint8Array, expected: string | undefined): Promise<void> {
  if (expected === undefined) return;
  const found = await sha256(bytes);
  if (found !== null && found !== expected) throw changed(name, 'Fetch or copy it again.');
}

/** `file`: indented, over many lines. `line`: one of the lines of a file. */
export type JsonLayout = keyof typeof layouts;

/** The end of a JSON object without and with a checksum as its last entry. */
const layouts = {
  file: { indent: 2, end: '\n}\n', seal: (digits: string) => `,\n  "sha256": "${digits}"\n}\n` },
  line: { indent: 0, end: '}', seal: (digits: string) => `,"sha256":"${digits}"}` },
} as const;

const noDigits = '0'.repeat(64);

/** JSON of an object that has entries, with a checksum of all that is before it as its last one, `sha256`: see `sealState`. */
export async function sealedJson(value: object, layout: JsonLayout = 'file'): Promise<string> {
  const { indent, end, seal } = layouts[layout];
  const whole = JSON.stringify(value, null, indent) + (layout === 'file' ? '\n' : '');
  const body = whole.slice(0, -end.length);
  const digits = await sha256(new TextEncoder().encode(body));
  return digits === null ? whole : body + seal(digits);
}

/**
 * Whether JSON is as `sealedJson` wrote it. `none`: it has no checksum, because others wrote it, or somebody who changed it
 * took it out.
 */
export async function sealState(
  source: Uint8Array | string,
  layout: JsonLayout = 'file',
): Promise<'whole' | 'changed' | 'none'> {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const pattern = layouts[layout].seal(noDigits);
  const body = bytes.subarray(0, -pattern.length);
  const seal = String.fromCharCode(...bytes.subarray(body.length));
  // One that is damaged itself still has most of its characters.
  if (2 * sameCharacters(seal, pattern) < pattern.length - noDigits.length) return 'none';
  const digits = await sha256(body);
  return digits === null || seal === layouts[layout].seal(digits) ? 'whole' : 'changed';
}

/** How many characters of a seal are where they should be, besides its digits. */
function sameCharacters(seal: string, pattern: string): number {
  if (seal.length !== pattern.length) return 0;
  return Array.from(pattern).filter((char, i) => char !== '0' && char === seal[i]).length;
}

/**
 * Holds a JSON file against the checksum in it, where it has one.
 *
 * @throws ModelError `invalid-file`
 */
export async function checkSeal(name: string, source: Uint8Array | string): Promise<void> {
  if ((await sealState(source)) !== 'changed') return;
  throw changed(name, 'Fetch or copy it again; if the change was meant, take out its last entry, "sha256".');
}

function changed(name: string, remedy: string): ModelError {
  return new ModelError(
    'invalid-file',
    `${name} is not as it was written: its contents do not fit its checksum (SHA-256). ${remedy}`,
  );
}
