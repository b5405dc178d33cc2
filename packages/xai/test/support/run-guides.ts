import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleToRun } from '@ablation-cam/tools/bundle';
import { readMarkdown } from '@ablation-cam/tools/markdown';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const GUIDES = fileURLToPath(new URL('../../../../docs/guides', import.meta.url));

/** What the guides have printed, a list of lines by guide, and the files they have written. */
export interface GuideRun {
  readonly printed: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Runs every block of the guides that is marked `run`, in the order of the pages, in one process of Node whose folder holds `given`:
 * what a reader would have there.
 *
 * @throws Error with all that was printed where one of them fails
 */
export async function runGuides(given: Readonly<Record<string, Uint8Array>>): Promise<GuideRun> {
  await mkdir(join(PACKAGE, '.test'), { recursive: true });
  const folder = await mkdtemp(join(PACKAGE, '.test', 'guides-'));
  try {
    const names = await writeBlocks(folder);
    const built = join(folder, 'built');
    const entryPoints = names.map((name) => join(folder, `${name}.ts`));
    await bundleToRun('node', { entryPoints, outdir: built, logLevel: 'error' });
    const imports = names.map((name) => {
      const url = pathToFileURL(join(built, `${name}.js`)).href;
      return `console.log(${JSON.stringify(`# ${name}`)});\nawait import(${JSON.stringify(url)});`;
    });
    await writeFile(join(built, 'all.mjs'), imports.join('\n'));

    const place = join(folder, 'place');
    await mkdir(place);
    for (const [name, bytes] of Object.entries(given)) await writeFile(join(place, name), bytes);
    const env = { ...process.env, ABLATION_CAM_SPEEDS: 'usual' };
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [join(built, 'all.mjs')], { cwd: place, env });
    const files = new Map<string, Uint8Array>();
    for (const name of await readdir(place)) files.set(name, await readFile(join(place, name)));
    return { printed: byGuide(stdout), files };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeBlocks(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const page of (await readdir(GUIDES)).sort()) {
    const { blocks } = readMarkdown(await readFile(join(GUIDES, page), 'utf8'));
    for (const [index, { notes, code }] of blocks.entries()) {
      if (!notes.includes('run')) continue;
      const name = `${page.replace(/\.md$/, '')}-${index}`;
      await writeFile(join(folder, `${name}.ts`), code);
      names.push(name);
    }
  }
  return names;
}

function byGuide(stdout: string): Map<string, string[]> {
  const printed = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of stdout.split('\n')) {
    const [, name] = /^# (.*)-\d+$/.exec(line) ?? [];
    if (name === undefined) {
      if (line !== '') lines.push(line);
      continue;
    }
    lines = printed.get(name) ?? [];
    printed.set(name, lines);
  }
  return printed;
}
