import { isFolder, readFile } from '#platform';
import { ModelError } from '../errors.ts';
import { tooLong, type ByteLimit } from './byte-limit.ts';
import { fetchFile } from './fetch-file.ts';
import { fileRole, lastPart, mainFile } from './file-role.ts';
import type { NamedFile } from './save-model.ts';

/**
 * Where a model is: a path (in a browser: relative to the page) of a file or of a folder with a `model.json`, a URL, or
 * the files themselves, such as a browser's file input or a drop gives them.
 */
export type ModelSource = string | URL | Blob | readonly (File | NamedFile)[];

/** The main file of a model and a way to the files it names. */
export interface OpenedSource {
  /** For messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /**
   * A file the main file refers to, which must lie in the same folder or below: what names it came from elsewhere.
   *
   * @throws ModelError `not-found`; `invalid-file` for a path that leads out of the folder, what is no regular file, and
   * more bytes than `most`
   */
  readonly sibling: (path: string, most: number) => Promise<Uint8Array>;
  /**
   * The first of these files that lies in the same folder, or was given with the main file; a pattern is looked for only among
   * given files. `undefined` where there is none of them.
   *
   * @throws ModelError `invalid-file` for a file of more bytes than `most`
   */
  readonly beside: (names: readonly (string | RegExp)[], most: number) => Promise<BesideFile | undefined>;
  /** Between two parts of the work: lets others have theirs. @throws the reason of the signal that was given. */
  readonly turn: () => Promise<void>;
  /** Whether files that may be there can be looked for without harm: asking a server shows in its logs and in a browser's. */
  readonly canLookAround: boolean;
}

export interface BesideFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * @throws ModelError `not-found` where there is no such file, `invalid-file` where it is no file or too long; the signal's reason,
 * then and from all that it returns
 */
export async function openSource(source: ModelSource, signal?: AbortSignal): Promise<OpenedSource> {
  signal?.throwIfAborted();
  const opened = await openBy(source, signal);
  return {
    ...opened,
    turn: async () => {
      await new Promise((resolve) => {
        setTimeout(resolve);
      });
      signal?.throwIfAborted();
    },
    sibling: (path, most) => {
      signal?.throwIfAborted();
      return opened.sibling(path, most);
    },
  };
}

function openBy(source: ModelSource, signal: AbortSignal | undefined): Promise<Opened> {
  if (source instanceof Blob) return openFiles([asFile(source)]);
  if (source instanceof URL || (typeof source === 'string' && isUrl(source))) return openUrl(source, signal);
  if (typeof source === 'string') return openPath(source);
  return openFiles(source);
}

/** What the kinds of sources have of their own. */
type Opened = Omit<OpenedSource, 'turn'>;

async function openUrl(source: string | URL, signal: AbortSignal | undefined): Promise<Opened> {
  const url = parsedUrl(String(source));
  if (url.protocol === 'file:') return openPath(url.href);
  return {
    name: url.href,
    bytes: await fetchFile(url.href, undefined, signal),
    sibling: (path, most) => fetchFile(addressBelow(url, path), describedBytes(most), signal),
    beside: (names, most) =>
      firstOf(names, (name) =>
        fetchFile(addressBelow(url, encodeURIComponent(name)), { bytes: most }, signal),
      ),
    canLookAround: false,
  };
}

function parsedUrl(address: string): URL {
  try {
    return new URL(address);
  } catch (cause) {
    throw new ModelError('not-found', `${address} is no address. Check it.`, { cause });
  }
}

/** The address of a file in the directory of `base` or below. @throws ModelError `invalid-file` for any other. */
function addressBelow(base: URL, path: string): string {
  refuseWayOut(base.href, path);
  // An address such as data: has no directory, and an absolute one in `path` replaces the base.
  const below = URL.canParse(path, base.href) ? new URL(path, base) : base;
  const directory = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1);
  if (below.origin !== base.origin || below === base || !below.pathname.startsWith(directory)) {
    throw outside(base.href, path);
  }
  return below.href;
}

async function openPath(path: string): Promise<Opened> {
  const main = (await isFolder(path)) ? `${path.replace(/[/\\]$/, '')}/model.json` : path;
  const folder = main.slice(0, Math.max(main.lastIndexOf('/'), main.lastIndexOf('\\')) + 1);
  return {
    name: main,
    bytes: await readFile(main),
    sibling: (name, most) => {
      refuseWayOut(main, name);
      return readFile(folder + name, { limit: describedBytes(most), inside: folder });
    },
    beside: (names, most) =>
      firstOf(
        names.filter((name) => folder + String(name) !== main),
        (name) => readFile(folder + name, { limit: { bytes: most }, inside: folder }),
      ),
    canLookAround: true,
  };
}

/** @param read of one file; throws ModelError `not-found` where there is none */
async function firstOf(
  names: readonly (string | RegExp)[],
  read: (name: string) => Promise<Uint8Array>,
): Promise<BesideFile | undefined> {
  for (const name of names) {
    if (typeof name !== 'string') continue;
    try {
      return { name, bytes: await read(name) };
    } catch (error) {
      if (!(error instanceof ModelError && error.code === 'not-found')) throw error;
    }
  }
  return undefined;
}

async function openFiles(files: readonly (File | NamedFile)[]): Promise<Opened> {
  const main = mainFile(files);
  if (main === undefined) {
    throw new ModelError(
      'not-found',
      'No model file was given: pass model.json with its weight files, or one .keras, .h5 or .onnx file.',
    );
  }
  return {
    name: main.name,
    bytes: await bytesOf(main),
    sibling: async (path, most) => {
      const wanted = lastPart(path);
      const file = files.find(({ name }) => lastPart(name) === wanted);
      if (file === undefined) {
        throw new ModelError(
          'not-found',
          `${main.name} needs the weight file ${wanted}, which was not among the files given: choose it as well.`,
        );
      }
      const bytes = file instanceof Blob ? file.size : file.bytes.byteLength;
      if (bytes > most) throw tooLong(`${file.name} (${bytes} bytes)`, describedBytes(most));
      return bytesOf(file);
    },
    beside: async (names, most) => {
      const others = files.filter((file) => file !== main);
      const matches = names.flatMap((wanted) =>
        others.filter(({ name }) =>
          typeof wanted === 'string'
            ? lastPart(name) === wanted
            : wanted.test(name) && fileRole(name) === 'network',
        ),
      );
      const [file] = matches;
      if (file === undefined) return undefined;
      const bytes = file instanceof Blob ? file.size : file.bytes.byteLength;
      if (bytes > most) throw tooLong(`${file.name} (${bytes} bytes)`, { bytes: most });
      return { name: file.name, bytes: await bytesOf(file) };
    },
    canLookAround: true,
  };
}

/** Before anything is read or asked for. @throws ModelError `invalid-file`. */
function refuseWayOut(main: string, path: string): void {
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // A file on a disk may have any percent sign in its name.
  }
  const isWayOut = [path, decoded].some(
    (text) => /^[/\\]|^[a-z][a-z\d+.-]*:/i.test(text) || text.split(/[/\\]/).includes('..'),
  );
  if (isWayOut) throw outside(main, path);
}

function outside(main: string, path: string): ModelError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
  return new ModelError(
    'invalid-file',
    `${main} names the weight file ${shown}, which lies outside the model's folder: weights are read from there and ` +
      'below only. Put the file beside model.json and name it there.',
  );
}

function describedBytes(bytes: number): ByteLimit {
  return { bytes, reason: 'all that the weightsManifest still describes: it is of another model' };
}

async function bytesOf(file: File | NamedFile): Promise<Uint8Array> {
  if (!(file instanceof Blob)) return file.bytes;
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new ModelError('not-found', `Cannot read ${file.name}. Choose it again.`, { cause });
  }
}

function asFile(blob: Blob): File {
  return blob instanceof File ? blob : new File([blob], 'model');
}

function isUrl(text: string): boolean {
  return /^(https?|blob|data|file):/i.test(text);
}
