import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/** Processes of other machines may write to the same folder, whose numbers say nothing here. */
const HOST = hostname()
  .replace(/[^\w-]/g, '')
  .slice(0, 24);

const DRAFT = /\.([\w-]*)\.(\d+)\.[\da-f]{8}\.tmp$/;

/** Returns a name beside a file under which it is written until it is whole. */
export function draftOf(path: string): string {
  return `${path}.${HOST}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
}

/** Folders that were looked through by this process. */
const cleared = new Set<string>();

/** Removes what processes that are no more have left in the folder of a file; once a folder, and never at any price. */
export async function clearDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  if (cleared.has(folder)) return;
  cleared.add(folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, host, pid = ''] = DRAFT.exec(name) ?? [];
    if (host !== HOST || isAlive(Number(pid))) continue;
    // Somebody else may have been quicker, or may forbid it: the file that is to be written does not depend on it.
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    // Sends nothing.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
