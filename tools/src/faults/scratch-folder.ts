import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a process that is to be killed writes to what its parent will look at. */
const ROOT = 'ABLATION_CAM_FAULTS_FOLDER';

/** Returns a folder for what runs write, the same one in processes that this one starts; it goes with the first of them. */
export function scratchFolder(name: string): string {
  const folder = join(process.env[ROOT] ?? newRoot(), name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'faults-'));
  process.env[ROOT] = root;
  process.on('exit', () => {
    rmSync(root, { recursive: true, force: true });
  });
  return root;
}
