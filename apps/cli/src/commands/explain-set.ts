import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { explainOptions } from '../arguments/explain-options.ts';
import { threadsHelp } from '../arguments/threads.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { RegisterCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { PROGRAM } from '../program-name.ts';

const NOTES = `
The result is a Zarr group with an array along the samples for each finding: source, label, predicted, probabilities, and for each
method class, score, weights and map. A chunk holds a shard of samples and is written whole: a run that was interrupted,
killed or moved goes on with what is missing when it is started again in the same words. Exit codes: 0 done, 1 failed,
3 done but for samples that could not be explained, 130 interrupted.

Examples:
  ${PROGRAM} explain-set images/test --model vgg.h5 --out result.zarr
  ${PROGRAM} explain-set mnist1d --out digits.zarr                       generated samples, with the embedded model
  ${PROGRAM} explain-set list.csv --model net.onnx --class all --method ablation-cam --method grad-cam --out result.zarr
  ${PROGRAM} explain-set images --model vgg.h5 --out result.zarr --dry-run
  ${PROGRAM} explain-set images --model vgg.h5 --out s3://bucket/result.zarr   credentials and AWS_ENDPOINT_URL from the environment
  ${PROGRAM} explain-set images --model vgg.h5 --out result.zarr --shard 3/8    one of eight machines; then:
  ${PROGRAM} explain-set merge result.zarr`;

/** `explain-set`: all inputs of a set, into one result. */
export const explainSet: RegisterCommand = (program, { signal }) => {
  program
    .command('explain-set')
    .description(
      'Explain every input of a set, however many, into a Zarr group that other tools read; on one machine or on many.',
    )
    .argument(
      '<source>',
      'a folder of images or .npy files (folders in it are their classes), a .npy array of inputs, a .csv or .jsonl list of paths and labels, ' +
        'or mnist1d or textures (with ?samples=<n>&seed=<n> for others than the published) or tissue',
    )
    .option('--model <model>', 'as for explain (default: the embedded model of a set that comes along)')
    .option('--out <result>', 'the Zarr group: a folder, or s3://bucket/prefix')
    .addOption(explainOptions.method())
    .addOption(explainOptions.layer())
    .addOption(explainOptions.output())
    .addOption(explainOptions.class())
    .addOption(explainOptions.topK())
    .addOption(explainOptions.ablation())
    .addOption(explainOptions.score())
    .addOption(explainOptions.weighting())
    .addOption(explainOptions.norm())
    .addOption(explainOptions.strategy())
    .option('--drop <fraction>', 'also measure drop and increase, this share of the input kept', share)
    .addOption(
      new Option('--weights <type>', 'how weights are kept')
        .choices(['float32', 'float16'] as const)
        .default('float32' as const),
    )
    .addOption(explainOptions.backend())
    .addOption(explainOptions.executor())
    .addOption(explainOptions.normalize())
    .addOption(explainOptions.maxPixels())
    .addOption(explainOptions.labels())
    .option('--limit <n>', 'only so many samples, evenly from the whole list', wholeNumber(1))
    .option(
      '--batch <n>',
      'samples explained together (default: by their size, and the memory)',
      wholeNumber(1),
    )
    .option('--shard-size <n>', 'samples of a chunk (default: by the size of what is kept)', wholeNumber(1))
    .option(
      '--workers <n>',
      'processes (default: one a core as far as memory goes, one with a GPU)',
      wholeNumber(1),
    )
    .option('--threads <n>', threadsHelp, wholeNumber(1))
    .option(
      '--shard <i/n>',
      'only the i-th of n parts, from 0 (default: as JOB_COMPLETION_INDEX of Kubernetes or SLURM_ARRAY_TASK_ID says)',
    )
    .option(
      '--queue <url>',
      'put the shards into a queue on PostgreSQL (postgres://...) for explain-worker, instead of explaining them',
    )
    .option(
      '--silence <seconds>',
      'after which a worker of the queue that says nothing is taken for gone (default: 60)',
      wholeNumber(2),
    )
    .addOption(
      new Option('--zarr-format <format>', 'of the Zarr group (default: 3)').choices(['2', '3'] as const),
    )
    .option('--dry-run', 'explain one batch, write nothing, and tell shards, bytes and time')
    .option('--json', 'print what was done as JSON only')
    .addHelpText('after', NOTES)
    .action(async (source, options) => {
      const { runExplainSet } = await import('../explain-set/run/run-explain-set.ts');
      const norm = options.norm === '1' ? 1 : 2;
      const model = options.model ?? /^(mnist1d|textures|tissue)(?:\?|$)/.exec(source)?.[1];
      const { out } = options;
      // Required options would be asked of the subcommands as well.
      if (model === undefined) throw new CliError(`Say which network explains ${source}: --model <model>.`);
      if (out === undefined) throw new CliError('Say where the result goes: --out <result>.');
      await runExplainSet({ ...options, out, source, model, norm }, signal);
    })
    .addCommand(mergeCommand())
    .addCommand(statusCommand());
};

function mergeCommand() {
  return new Command('merge')
    .description('Check that all shards of a result are there, and write its metadata in one place.')
    .argument('<result>', 'what --out named')
    .option('--json', 'print what is there as JSON only')
    .action(async (result, _options, command) => {
      const { json } = optionsOf(command);
      const { runMerge } = await import('../explain-set/run/run-explain-set.ts');
      await runMerge(result, json);
    });
}

function statusCommand() {
  return new Command('status')
    .description('Tell how many shards of a result are there, and what its queue says.')
    .argument('<result>', 'what --out named')
    .option('--queue <url>', 'the queue that explain-set was given')
    .option('--json', 'print the figures as JSON only')
    .action(async (result, _options, command) => {
      const { json, queue } = optionsOf(command);
      const { runStatus } = await import('../explain-set/queue/run-status.ts');
      await runStatus(result, queue, json);
    });
}

/** The options of a subcommand: those that `explain-set` has as well, it takes itself wherever they stand. */
function optionsOf(command: { optsWithGlobals(): unknown }): { json?: true; queue?: string } {
  return command.optsWithGlobals() as { json?: true; queue?: string };
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number above 0 and at most 1.');
}
