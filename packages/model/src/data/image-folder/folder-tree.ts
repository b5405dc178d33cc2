import { listFolder, readFile } from '#platform';

/** A file that can be read when it is needed. */
export interface TreeFile {
  readonly name: string;
  /** Relative to the root of the tree, with slashes. */
  readonly path: string;
  read(): Promise<Uint8Array>;
}

export interface FolderTree {
  readonly name: string;
  /** Relative to the root of the tree, with slashes; empty for the root itself. */
  readonly path: string;
  readonly files: readonly TreeFile[];
  readonly folders: readonly FolderTree[];
}

/** A folder by its path, or the files that a user chose with `<input type="file" webkitdirectory>`. */
export type FolderSource = string | readonly File[];

/**
 * Everything below a folder, in the order of the names' code units. Hidden files and the droppings of file managers are not
 * in it.
 *
 * @throws ModelError `not-found` for a folder that cannot be read
 */
export async function readFolderTree(source: FolderSource): Promise<FolderTree> {
  if (typeof source !== 'string') return treeOfFiles(source);
  const name = source.split(/[/\\]/).findLast((part) => part !== '') ?? source;
  return treeOfFolder(source, name, '', 0);
}

/** `train` or `test`, and the class folders in it: what lies deeper is only named, and links may lead round for ever there. */
const DEEPEST = 2;

async function treeOfFolder(
  location: string,
  name: string,
  path: string,
  depth: number,
): Promise<FolderTree> {
  if (depth > DEEPEST) return { name, path, files: [], folders: [] };
  const entries = (await listFolder(location)).filter((entry) => !isDropping(entry.name));
  const below = (entryName: string): string => (path === '' ? entryName : `${path}/${entryName}`);
  const folders: FolderTree[] = [];
  for (const entry of entries.filter(({ isFolder }) => isFolder)) {
    folders.push(await treeOfFolder(entry.path, entry.name, below(entry.name), depth + 1));
  }
  const files = entries
    .filter(({ isFolder }) => !isFolder)
    .map((entry) => ({ name: entry.name, path: below(entry.name), read: () => readFile(entry.path) }));
  return { name, path, files, folders };
}

interface MutableTree {
  readonly name: string;
  readonly path: string;
  readonly files: TreeFile[];
  readonly folders: MutableTree[];
}

/** `webkitRelativePath` begins with the name of the folder that was chosen. */
function treeOfFiles(files: readonly File[]): FolderTree {
  const [rootName = ''] = files[0]?.webkitRelativePath.split('/') ?? [];
  const root: MutableTree = {
    name: rootName === '' ? 'the chosen folder' : rootName,
    path: '',
    files: [],
    folders: [],
  };
  const sorted = files.toSorted((a, b) => (a.webkitRelativePath < b.webkitRelativePath ? -1 : 1));
  for (const file of sorted) {
    const parts = file.webkitRelativePath.split('/').slice(1);
    if (parts.some(isDropping)) continue;
    let folder = root;
    parts.slice(0, -1).forEach((name, depth) => {
      const path = parts.slice(0, depth + 1).join('/');
      let next = folder.folders.find((candidate) => candidate.name === name);
      if (next === undefined) {
        next = { name, path, files: [], folders: [] };
        folder.folders.push(next);
      }
      folder = next;
    });
    const read = async (): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
    folder.files.push({ name: file.name, path: parts.join('/'), read });
  }
  sortFolders(root);
  return root;
}

/** Sorting paths sorts 'a b/x' before 'a/x', sorting names does not. */
function sortFolders(tree: MutableTree): void {
  tree.folders.sort((a, b) => (a.name < b.name ? -1 : 1));
  tree.folders.forEach(sortFolders);
}

function isDropping(name: string): boolean {
  return name.startsWith('.') || ['Thumbs.db', 'desktop.ini', '__MACOSX'].includes(name);
}
