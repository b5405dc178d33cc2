/** Files as they were dropped or chosen. */
export interface GivenFiles {
  readonly files: readonly File[];
  /** The name of the folder that a file lies in, where it came in one. */
  readonly folders: ReadonlyMap<File, string>;
  /** The path of a file from the folder that was given. */
  readonly paths: ReadonlyMap<File, string>;
}

/** The files of a picker; those of a folder know where they lie. */
export function pickedFiles(list: FileList): GivenFiles {
  const files = [...list].filter(isVisible);
  const folders = files.flatMap((file) => {
    const folder = file.webkitRelativePath.split('/').at(-2);
    return folder ? [[file, folder] as const] : [];
  });
  const paths = files.map((file) => [file, file.webkitRelativePath || file.name] as const);
  return { files, folders: new Map(folders), paths: new Map(paths) };
}

/** The files of a drop or a paste, folders opened. To be called while the event is handled, when browsers show their contents. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<GivenFiles> {
  const entries = [...items].map((item) => item.webkitGetAsEntry());
  const plain = [...files];
  if (!entries.some((entry) => entry?.isDirectory)) return plainFiles(plain.filter(isVisible));
  const found: Found[] = [];
  for (const entry of entries) if (entry) await collect(entry, null, found);
  const visible = found.filter(([file]) => isVisible(file));
  return {
    files: visible.map(([file]) => file),
    folders: new Map(visible.flatMap(([file, folder]) => (folder === null ? [] : [[file, folder]]))),
    paths: new Map(visible.map(([file, , path]) => [file, path])),
  };
}

/** Files that came in no folder. */
export function plainFiles(files: readonly File[]): GivenFiles {
  return { files, folders: new Map(), paths: new Map(files.map((file) => [file, file.name])) };
}

/** A file, the folder that it lies in, and its path. */
type Found = readonly [file: File, folder: string | null, path: string];

async function collect(entry: FileSystemEntry, folder: string | null, found: Found[]): Promise<void> {
  if (isFile(entry)) {
    found.push([
      await new Promise<File>((resolve, reject) => {
        entry.file(resolve, reject);
      }),
      folder,
      entry.fullPath.replace(/^\//, ''),
    ]);
    return;
  }
  if (!isFolder(entry)) return;
  for (const child of await childrenOf(entry)) await collect(child, entry.name, found);
}

/** Browsers give the entries of a folder a hundred at a time, and none at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return children;
    children.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** Systems leave files of their own in folders, such as `.DS_Store` and `Thumbs.db`. */
function isVisible({ name }: File): boolean {
  return !name.startsWith('.') && !/^(thumbs\.db|desktop\.ini)$/i.test(name);
}
