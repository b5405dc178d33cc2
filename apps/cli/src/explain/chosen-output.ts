import type { Network } from '@ablation-cam/model';
import { CliError } from '../errors.ts';

/** @throws CliError where a model has several outputs and none, or another, was chosen, naming the option */
export function checkOutput(
  { outputs }: Pick<Network, 'outputs'>,
  output: string | undefined,
  model: string,
): void {
  if (output === undefined ? outputs.length === 1 : outputs.some(({ name }) => name === output)) return;
  const choices = outputs.map(({ name }) => `--output ${name}`);
  throw new CliError(
    output === undefined
      ? `${model} has ${String(outputs.length)} outputs; say which one to explain: ${choices.join(' or ')}.`
      : `${model} has no output "${output}"; there is ${choices.join(' or ')}.`,
  );
}
