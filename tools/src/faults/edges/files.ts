import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { makePoint, type Fault } from '../points.ts';

/** Fails like the operating system. */
function systemFault(name: string, code: string, text: string): Fault {
  return {
    name,
    instead: () => Promise.reject(Object.assign(new Error(`${code}: ${text}`), { code })),
  };
}

const FULL = systemFault('full disk', 'ENOSPC', 'no space left on device');
const READ_ONLY = systemFault('read-only folder', 'EROFS', 'read-only file system');
const DENIED = systemFault('no permission', 'EACCES', 'permission denied');
const BROKEN = systemFault('broken disk', 'EIO', 'i/o error');

/** The process is killed before, or after, what it was about to do. */
const DEATHS: readonly Fault[] = [
  { name: 'killed before', isDeath: true, instead: () => undefined },
  { name: 'killed after', isDeath: true, instead: (call) => call() },
];

/** Half of the bytes reach the disk. */
function torn(write: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Fault[] {
  const half = (): unknown => write(bytes.subarray(0, bytes.length >> 1));
  return [
    {
      name: 'full disk halfway',
      instead: async () => {
        await half();
        return FULL.instead(half);
      },
    },
    { name: 'killed halfway', isDeath: true, instead: half },
  ];
}

const READS = ['readFile', 'stat', 'statfs', 'realpath', 'readdir', 'opendir'] as const;
const CHANGES = ['mkdir', 'rename', 'rm', 'unlink', 'link', 'copyFile'] as const;

/** A stream that breaks when it is read. */
const BROKEN_STREAM: Fault = {
  name: 'broken disk',
  instead: (call) => {
    const stream = call() as fs.ReadStream;
    stream.destroy(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    return stream;
  },
};

/**
 * Makes every operation on files by `node:fs/promises`, on the files it opens, and by streams a point of those runs that are
 * watched.
 */
export async function filesArePoints(): Promise<void> {
  const { promises } = fs;
  const originals = { writeFile: promises.writeFile, appendFile: promises.appendFile };
  for (const name of READS) makePoint(promises, name, () => [BROKEN, DENIED]);
  for (const name of CHANGES) makePoint(promises, name, () => [READ_ONLY, FULL, ...DEATHS]);
  makePoint(
    promises,
    'open',
    (_, [, flags]) => (isReading(flags) ? [BROKEN, DENIED] : [READ_ONLY, FULL, ...DEATHS]),
    (_, opening) => {
      void (opening as Promise<fs.promises.FileHandle>).then(enter, () => undefined);
    },
  );
  for (const name of ['writeFile', 'appendFile'] as const) {
    makePoint(promises, name, (_, [path, data]) => [
      ...[READ_ONLY, FULL, ...DEATHS],
      ...torn((bytes) => originals[name](path as string, bytes), bytesOf(data)),
    ]);
  }
  makePoint(fs, 'createReadStream', () => [BROKEN_STREAM]);
  await fileHandlesArePoints();
  syncBuiltinESMExports();
}

async function fileHandlesArePoints(): Promise<void> {
  const handle = await fs.promises.open(process.execPath, 'r');
  const prototype = Object.getPrototypeOf(handle) as fs.promises.FileHandle;
  await handle.close();
  const original = Reflect.get(prototype, 'writeFile') as (...args: never[]) => unknown;
  makePoint(prototype, 'read', () => [BROKEN]);
  makePoint(prototype, 'writeFile', (self, [data]) => [
    ...[FULL, BROKEN, ...DEATHS],
    ...torn((bytes) => Reflect.apply(original, self, [bytes]) as unknown, bytesOf(data)),
  ]);
  makePoint(prototype, 'sync', () => [FULL, BROKEN, ...DEATHS]);
}

let opened = 0;

/** Each file has a function of its own that closes it. */
function enter(file: fs.promises.FileHandle): void {
  opened++;
  makePoint(
    file,
    'close',
    () => [CLOSING_FAILS],
    () => opened--,
  );
}

/** A file that cannot be closed is closed all the same. */
const CLOSING_FAILS: Fault = {
  name: 'broken disk',
  instead: async (call) => {
    await call();
    return BROKEN.instead(call);
  },
};

/** How many files are open that `node:fs/promises` opened, once they are points. */
export function openFiles(): number {
  return opened;
}

function isReading(flags: unknown): boolean {
  if (flags === undefined || flags === 'r') return true;
  const writes = fs.constants.O_WRONLY | fs.constants.O_RDWR;
  return typeof flags === 'number' && (flags & writes) === 0;
}

function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  return data instanceof Uint8Array ? data : new Uint8Array();
}
