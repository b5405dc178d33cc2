import { methodNames, type MethodName } from '@ablation-cam/xai';
import { CliError } from '../errors.ts';

/** @throws CliError for an unknown name */
export function parseMethod(word: string): MethodName {
  const found = methodNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new CliError(`There is no method "${word}"; choose from ${methodNames.join(', ')}.`);
}
