import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from './errors.ts';

/**
 * Writes a file, and its folder where there is none. It is written under another name first, so that a failure leaves
 * what was there.
 *
 * @throws CliError
 */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    // Node says "ENOSPC: no space left on device, write": the part between is for people.
    const message = cause instanceof Error ? cause.message : String(cause);
    const reason = /^E[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
    throw new CliError(`Cannot write ${path}: ${reason}. Choose another place.`, { cause });
  }
}
