import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { changedLines, makeReports, undocumentedNames } from './api-report/make-reports.ts';
import { publishedPackages, type PublishedPackage } from './api-report/published-entries.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm api`: writes what the published packages export, name by name with types, to the folder `api` of each, so
 * that a change of the public interface shows in review. Reads the declarations of `tsc -b`.
 *
 * The exit code is 0 only if every exported name has a doc comment and, with `--check`, every report is as it was committed.
 *
 * @param args `--check` writes nothing
 */
export async function apiReport(args: readonly string[]): Promise<void> {
  const packages = await publishedPackages(await packageFolders());
  const check = args.includes('--check');
  let entries = 0;
  let problems = 0;
  for (const published of packages) {
    const found = check ? await differences(published) : await write(published);
    entries += published.entries.length;
    problems += found.length;
    for (const line of found) console.error(line);
  }
  console.log(`${entries} public entries, ${problems} problems with their reports`);
  if (problems > 0 || entries === 0) process.exitCode = 1;
}

async function write(published: PublishedPackage): Promise<string[]> {
  const folder = join(published.folder, 'api');
  await mkdir(folder, { recursive: true });
  const reports = await makeReports(published);
  for (const name of await readdir(folder)) if (!reports.has(name)) await rm(join(folder, name));
  for (const [name, text] of reports) await writeFile(join(folder, name), text);
  return [...reports].flatMap(([name, text]) => undocumented(join(folder, name), text));
}

async function differences(published: PublishedPackage): Promise<string[]> {
  const folder = join(published.folder, 'api');
  const reports = await makeReports(published);
  const committed = await readdir(folder).catch(() => []);
  const problems = committed
    .filter((name) => !reports.has(name))
    .map((name) => `${shown(join(folder, name))}: no entry has this report; run pnpm api`);
  for (const [name, wanted] of reports) {
    const path = join(folder, name);
    // Git on Windows may have given it other line ends.
    const text = (await readFile(path, 'utf8').catch(() => '')).replaceAll('\r\n', '\n');
    if (text !== wanted) {
      const lines = changedLines(text, wanted).join('\n');
      problems.push(`${shown(path)}: the public interface has changed; run pnpm api\n${lines}`);
    }
    problems.push(...undocumented(path, wanted));
  }
  return problems;
}

function undocumented(path: string, report: string): string[] {
  return undocumentedNames(report).map((name) => `${shown(path)}: ${name} has no doc comment`);
}

function shown(path: string): string {
  return relative(REPOSITORY, path).replaceAll('\\', '/');
}
