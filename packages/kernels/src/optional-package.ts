import { KernelsError } from './errors.ts';

/**
 * Loads a package that only those install who use what it is for.
 *
 * @param use what needs it, the beginning of a sentence
 * @param load imports it: the call names it, so that bundlers see it
 * @throws KernelsError `package-missing` with the line that installs it, also where it is there and cannot be loaded
 */
export async function optionalPackage<Module>(
  name: string,
  use: string,
  load: () => Module | Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new KernelsError('package-missing', packageMissing(name, use, cause), { cause });
  }
}

/** One sentence on a package that could not be loaded, with the line that installs it. @param cause what the import threw */
export function packageMissing(name: string, use: string, cause: unknown): string {
  return `${use} needs the package ${name}, which ${absenceOf(cause)}; run \`npm install ${name}\`.`;
}

/** Why a package could not be loaded, as a part of a sentence. @param cause what the import threw */
export function absenceOf(cause: unknown): string {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'is not installed';
  const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return `cannot be loaded (${why.replace(/\.$/, '')})`;
}
