import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const AMPLE = 2 ** 30;
const MORE = 2 ** 14;
const MOST_ATTEMPTS = 20;

/** A disk of memory that can be made full, and have room again. Takes the rights to mount one. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @throws where this user may not mount disks */
  static async mount(): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${AMPLE}`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  /** Leaves so many bytes, or some more where it is written to meanwhile: it cannot be made smaller than what is on it. */
  async leave(bytes: number): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const { blocks, bfree, bsize } = await statfs(this.folder);
      try {
        await this.#resize((blocks - bfree) * bsize + bytes + attempt * MORE);
        return;
      } catch (error) {
        if (attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  makeRoom(): Promise<void> {
    return this.#resize(AMPLE);
  }

  async unmount(): Promise<void> {
    await run('umount', [this.folder]);
    await rm(this.folder, { recursive: true });
  }

  async #resize(bytes: number): Promise<void> {
    await run('mount', ['-o', `remount,size=${bytes}`, this.folder]);
  }
}
