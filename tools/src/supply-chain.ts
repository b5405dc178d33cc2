import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackages, type SupplyChainRules } from './supply-chain/check-packages.ts';
import { installedPackages } from './supply-chain/installed-packages.ts';
import { REPOSITORY } from './workspace.ts';

/** What users of the published packages install, and what the commands and the page are made of. */
const SHIPPED = ['./packages/*', './apps/*'];

/**
 * The command `pnpm supply-chain`: prints every package that comes along, with its license, and what is against the rules in
 * `supply-chain.json`. The exit code is 0 only where nothing is.
 *
 * @param args `--quiet` prints only what is against the rules
 */
export async function supplyChain(args: readonly string[]): Promise<void> {
  const text = await readFile(join(REPOSITORY, 'supply-chain.json'), 'utf8');
  const packages = await installedPackages(SHIPPED);
  const today = new Date().toISOString().slice(0, 10);
  const complaints = checkPackages(packages, JSON.parse(text) as SupplyChainRules, today);
  if (!args.includes('--quiet')) {
    for (const { name, version, license } of packages) console.log(`${name} ${version}: ${license}`);
  }
  for (const complaint of complaints) console.error(complaint);
  console.log(`${packages.length} packages, ${complaints.length} against the rules of supply-chain.json`);
  if (complaints.length > 0 || packages.length === 0) process.exitCode = 1;
}
