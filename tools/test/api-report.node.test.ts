import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedLines, makeReports, undocumentedNames } from '../src/api-report/make-reports.ts';
import { publishedPackages } from '../src/api-report/published-entries.ts';
import { packageFolders, REPOSITORY } from '../src/workspace.ts';

const test = suite<{ folder: string }>('the API report', { folder: '' });

const DECLARATIONS = `
import { Hidden } from './hidden.ts';
/** Returns the half. */
export declare function half(value: number): number;
/** Names a type that is not exported. */
export declare function shown(): Hidden;
export interface Bare { readonly size: number; }
`;

test.before(async (context) => {
  await mkdir(join(REPOSITORY, 'tools', '.test'), { recursive: true });
  context.folder = await mkdtemp(join(REPOSITORY, 'tools', '.test', 'api-'));
});

test.after(({ folder }) => rm(folder, { recursive: true }));

/** The report of a package that consists of declarations. */
async function reportOf(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'small', version: '1.0.0' }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const entries = [{ specifier: 'small', source: 'index.d.ts', report: 'index.api.md' }];
  const reports = await makeReports({ folder, entries, paths: {}, declarationOf: (source) => source });
  return reports.get('index.api.md') ?? '';
}

test('says names, types and what they are made of; a change of any of these is a change of lines', async ({
  folder,
}) => {
  const hidden = 'export interface Hidden {\n  readonly length: number;\n}';
  const before = await reportOf(folder, { 'index.d.ts': DECLARATIONS, 'hidden.d.ts': hidden });
  assert.match(before, /^export function half\(value: number\): number;$/m);
  assert.equal(undocumentedNames(before), ['Bare']);

  const withoutName = DECLARATIONS.replace(/.*\n.*function half.*\n/, '');
  const removed = await reportOf(folder, { 'index.d.ts': withoutName, 'hidden.d.ts': hidden });
  assert.ok(changedLines(before, removed).includes('- export function half(value: number): number;'));

  const withinHidden = await reportOf(folder, {
    'index.d.ts': DECLARATIONS,
    'hidden.d.ts': hidden.replace('number', 'string'),
  });
  assert.equal(
    changedLines(before, withinHidden).map((line) => line.trim()),
    ['-     readonly length: number;', '+     readonly length: string;'],
  );
});

test('what cannot be compiled is told, not passed over', async ({ folder }) => {
  const broken = { 'index.d.ts': "export * from './nowhere.ts';\nexport declare const x: Missing;" };
  try {
    await reportOf(folder, broken);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /Missing|nowhere/);
  }
});

test('there is one for each entry with types of a published package', async () => {
  const published = await publishedPackages(await packageFolders());
  const specifiers = published.flatMap(({ entries }) => entries.map(({ specifier }) => specifier));
  for (const name of ['kernels', 'model', 'xai', 'xai/drawing', 'xai/metrics']) {
    assert.ok(specifiers.includes(`@ablation-cam/${name}`), name);
  }
  assert.not(specifiers.some((name) => /internals|testing|tools|bench/.test(name)));
});

test.run();
