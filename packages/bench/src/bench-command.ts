import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';

/**
 * The command that times, to be parsed or added to a program.
 *
 * @param name how it is called, such as `pnpm bench`
 * @param isCheckout whether the sources are there, of which some options make something
 */
export function benchCommand(name: string, isCheckout: boolean): Command {
  return new Command(name)
    .description(
      'Time Ablation-CAM strategies against each other. Each must first give the same answer as a float64 reference; one that does not is not timed.',
    )
    .option('--quick', 'reduced cases, under a minute (default without hardware)')
    .option('--full', 'all cases and sweeps, under 15 minutes without a GPU (default on hardware)')
    .option(
      '--end-to-end',
      'whole networks: prediction, Ablation-CAM and Grad-CAM as programs call them, under 6 minutes',
    )
    .option('--data-sets', 'the command explain-set against an explainer alone, some minutes')
    .option(
      '--engine <name>',
      'engine of whole networks: wasm, onnxruntime or webgpu; may be given again',
      collect,
    )
    .option('--case <name>', 'only cases with this in their name; may be given again', collect)
    .option('--strategy <name>', 'only strategies with this in name@executor; may be given again', collect)
    .addOption(new Option('--rounds <n>', 'timed rounds').argParser(wholeNumber))
    .addOption(new Option('--minutes <n>', 'how long a run takes at most, about').argParser(wholeNumber))
    .option('--software', 'the software adapter, also where there is hardware')
    .option('--browser', 'in Chromium instead of Node')
    .option('--json <file>', 'write the results')
    .option('--html <file>', 'write one self-contained page with charts')
    .option('--compare <files...>', 'show two results side by side: before.json after.json')
    .option('--docs', 'write docs/benchmarks.md and the table of the README from the committed results')
    .option(
      '--guard',
      'fail where the gain is gone or dispatches depend on the number of channels; with --end-to-end where whole networks take longer than promised',
    )
    .option('--pack <file>', 'write an archive that runs on another linux x64 machine')
    .addHelpText('after', examples(name))
    .action(async (options) => {
      const { runCommand } = await import('./command/run-command.ts');
      await runCommand(options, isCheckout);
    });
}

function examples(name: string): string {
  return `
Examples:
  ${name}                                            a minute on a machine without a GPU
  ${name} --full --json full.json --html full.html
  ${name} --end-to-end --case mobilenet              whole networks, from the input to the heat map
  ${name} --case vgg7 --strategy incremental --strategy masked-loop
  ${name} --compare before.json after.json
  ${name} --pack bench.tgz                           to run on another machine: tar xf bench.tgz && ./bench, or ./check
  ${name} --docs                                     tables of the documentation from the committed results`;
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
