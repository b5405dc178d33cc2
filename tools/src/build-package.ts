import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emitDeclarations } from './emit-declarations.ts';
import { emitModules } from './emit-modules.ts';

/** A package.json, as far as building matters. */
export interface BuiltManifest {
  readonly name: string;
  /** By the path after the package's name: a source, and what is made of it; a source alone is for this workspace. */
  readonly exports: Readonly<Record<string, Door | Pick<Door, 'source'>>>;
  /** What differs between Node and browsers, which whoever runs or bundles the package chooses. */
  readonly imports?: Readonly<Record<'#platform', Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Dependencies of development of which so little is used that it goes inside, where a user would install all of them. */
  readonly inside?: readonly string[];
}

interface Door {
  readonly source: string;
  readonly default: string;
}

/**
 * The command `ablation-cam-build`: makes of the package in the current folder what is published: its modules, which Node, browsers
 * and bundlers take alike, and their declarations in `dist/types`.
 */
export async function buildPackage(): Promise<void> {
  const folder = process.cwd();
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as BuiltManifest;
  const doors = Object.values(manifest.exports).filter((door) => 'default' in door);
  const sources = doors.map(({ source }) => source);
  const platforms = Object.values(manifest.imports?.['#platform'] ?? {});
  await rm(join(folder, 'dist'), { recursive: true, force: true });
  const notices = await emitModules(folder, manifest, [...sources, ...platforms]);
  if (notices !== '') await writeFile(join(folder, 'dist/THIRD-PARTY-NOTICES.txt'), notices);
  await emitDeclarations(folder, sources, join(folder, 'dist/types'));
}
