import { access, lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the folder in which the project keeps what it would otherwise make again. Only this user can write to it: libraries in it
 * are loaded into processes.
 *
 * @throws Error where there is none
 */
export async function cacheFolder(): Promise<string> {
  const inHome = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ablation-cam');
  try {
    return await privateFolder(inHome);
  } catch {
    // A service account may have no writable home; a private folder among the temporary files serves as well.
    return privateFolder(join(tmpdir(), `ablation-cam-${process.getuid?.().toFixed() ?? 'user'}`));
  }
}

async function privateFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await access(path, 2);
  const stat = await lstat(path);
  const owned = stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
  if (!owned || (stat.mode & 0o022) !== 0) {
    throw new Error(`${path} must be a folder that only this user can write`);
  }
  return path;
}
