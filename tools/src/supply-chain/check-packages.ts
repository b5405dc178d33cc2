import satisfies from 'spdx-satisfies';
import type { InstalledPackage } from './installed-packages.ts';

/** What packages may come along; `supply-chain.json` in the root. */
export interface SupplyChainRules {
  /** Licenses, by their SPDX identifiers. */
  readonly licenses: readonly string[];
  readonly exceptions: readonly Exception[];
}

/** Something about a package that the rules do not allow and that somebody has looked at. */
export interface Exception {
  /** A `*` at its end stands for anything, such as the platform. */
  readonly package: string;
  /** Its license, or `install script`. */
  readonly allows: string;
  readonly reason: string;
  /** The day from which it has to be looked at again, YYYY-MM-DD. */
  readonly until: string;
}

/**
 * Returns a sentence for everything that is against the rules: a license that is not allowed, a program that is run on installing,
 * an exception that is over or that nothing needs.
 *
 * @param today YYYY-MM-DD
 */
export function checkPackages(
  packages: readonly InstalledPackage[],
  { licenses, exceptions }: SupplyChainRules,
  today: string,
): string[] {
  const used = new Set<Exception>();
  const complaints: string[] = [];
  const allow = ({ name }: InstalledPackage, what: string): boolean => {
    const exception = exceptions.find((own) => own.allows === what && isAbout(own, name));
    if (exception) used.add(exception);
    return exception !== undefined;
  };
  for (const own of packages) {
    const { name, version, license, installScripts } = own;
    if (!isAllowed(license, licenses) && !allow(own, license)) {
      complaints.push(`${name} ${version} has the license "${license}", which is not allowed.`);
    }
    if (installScripts.length > 0 && !allow(own, 'install script')) {
      complaints.push(
        `${name} ${version} runs a program when it is installed (${installScripts.join(', ')}).`,
      );
    }
  }
  for (const exception of exceptions) {
    const title = `The exception for ${exception.package} (${exception.allows})`;
    const isOfSomePlatform = exception.package.endsWith('*');
    if (!used.has(exception) && !isOfSomePlatform)
      complaints.push(`${title} is needed by no package any more: remove it.`);
    else if (exception.until <= today) {
      complaints.push(`${title} was made until ${exception.until}: look at it again (${exception.reason}).`);
    }
  }
  return complaints;
}

function isAllowed(license: string, allowed: readonly string[]): boolean {
  try {
    return satisfies(license, [...allowed]);
  } catch {
    // No SPDX expression.
    return false;
  }
}

function isAbout({ package: pattern }: Exception, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
