import { isFolder, readFile } from '#platform';
import { ModelError } from '../errors.ts';
import { fetchFile } from './fetch-file.ts';
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
  /** A file the main file refers to. @throws ModelError `not-found`. */
  readonly sibling: (path: string) => Promise<Uint8Array>;
}

/** @throws ModelError `not-found` where there is no such file. */
export async function openSource(source: ModelSource): Promise<OpenedSource> {
  if (source instanceof Blob) return openFiles([asFile(source)]);
  if (source instanceof URL || (typeof source === 'string' && isUrl(source))) return openUrl(new URL(source));
  if (typeof source === 'string') return openPath(source);
  return openFiles(source);
}

async function openUrl(url: URL): Promise<OpenedSource> {
  if (url.protocol === 'file:') return openPath(url.href);
  return {
    name: url.href,
    bytes: await fetchFile(url.href),
    sibling: (path) => fetchFile(new URL(path, url).href),
  };
}

async function openPath(path: string): Promise<OpenedSource> {
  const main = (await isFolder(path)) ? `${path.replace(/[/\\]$/, '')}/model.json` : path;
  const folder = main.slice(0, Math.max(main.lastIndexOf('/'), main.lastIndexOf('\\')) + 1);
  return { name: main, bytes: await readFile(main), sibling: (name) => readFile(folder + name) };
}

async function openFiles(files: readonly (File | NamedFile)[]): Promise<OpenedSource> {
  const main = files.find(({ name }) => /\.(json|h5|hdf5|keras)$/i.test(name)) ?? files[0];
  if (main === undefined) {
    throw new ModelError(
      'not-found',
      'No model file was given: pass model.json with its weight files, or one .h5 file.',
    );
  }
  return {
    name: main.name,
    bytes: await bytesOf(main),
    sibling: async (path) => {
      const wanted = path.slice(path.lastIndexOf('/') + 1);
      const file = files.find(({ name }) => name.slice(name.lastIndexOf('/') + 1) === wanted);
      if (file !== undefined) return bytesOf(file);
      throw new ModelError(
        'not-found',
        `${main.name} needs the weight file ${wanted}, which was not among the files given: choose it as well.`,
      );
    },
  };
}

async function bytesOf(file: File | NamedFile): Promise<Uint8Array> {
  return file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file.bytes;
}

function asFile(blob: Blob): File {
  return blob instanceof File ? blob : new File([blob], 'model');
}

function isUrl(text: string): boolean {
  return /^(https?|blob|data|file):/i.test(text);
}
