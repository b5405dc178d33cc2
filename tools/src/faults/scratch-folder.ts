import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Returns a new folder for what runs write; it goes with the process. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
