import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { citationOf, contactsOf, withPlaces } from './project/places.ts';
import { readProject } from './project/project.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm project`: writes the places and keywords of `project.json` into the manifests of all published packages, the
 * links beside the issue forms, and CITATION.cff, which gets the packages' version as well.
 *
 * @param args `--check` writes nothing; the exit code is then 0 only where there is nothing to write, and one version
 */
export async function projectFiles(args: readonly string[]): Promise<void> {
  const stale: string[] = [];
  for (const { path, text, wanted } of await wantedFiles()) {
    if (text === wanted) continue;
    stale.push(path);
    if (!args.includes('--check')) await writeFile(join(REPOSITORY, path), wanted);
  }
  const isCheck = args.includes('--check');
  for (const path of stale) {
    if (isCheck) console.error(`${path}: differs from project.json or from the version; run pnpm project`);
    else console.log(`written: ${path}`);
  }
  console.log(`${stale.length} files ${isCheck ? 'are stale' : 'were stale'}`);
  if (isCheck && stale.length > 0) process.exitCode = 1;
}

interface WantedFile {
  /** In the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly wanted: string;
}

async function wantedFiles(): Promise<WantedFile[]> {
  const project = await readProject();
  const files: WantedFile[] = [];
  const versions = new Set<string>();
  for (const folder of await packageFolders()) {
    const directory = relative(REPOSITORY, folder).replaceAll('\\', '/');
    const path = `${directory}/package.json`;
    const text = await readText(path);
    const manifest = JSON.parse(text) as Record<string, unknown> & { version?: string; private?: boolean };
    if (manifest.private === true) continue;
    versions.add(manifest.version ?? 'none');
    const wanted = withPlaces(manifest, directory, project);
    files.push({ path, text, wanted: `${JSON.stringify(wanted, null, 2)}\n` });
  }
  const [version = 'none', ...others] = versions;
  if (others.length > 0)
    throw new Error(`Expected one version of all packages, found ${[...versions].join(', ')}.`);

  const citation = await readText('CITATION.cff');
  files.push({ path: 'CITATION.cff', text: citation, wanted: citationOf(citation, project, version) });
  const contacts = '.github/ISSUE_TEMPLATE/config.yml';
  const links = await readText(contacts);
  files.push({ path: contacts, text: links, wanted: contactsOf(links, project) });
  return files;
}

/** Git on Windows may have given a file other line ends. */
async function readText(path: string): Promise<string> {
  return (await readFile(join(REPOSITORY, path), 'utf8')).replaceAll('\r\n', '\n');
}
