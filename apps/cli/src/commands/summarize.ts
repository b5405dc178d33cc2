import type { RegisterCommand } from '../command.ts';
import { PROGRAM } from '../program-name.ts';

const EXAMPLES = `
Examples:
  ${PROGRAM} summarize result.zarr
  ${PROGRAM} summarize result.zarr --html report.html
  ${PROGRAM} summarize result.zarr --masks rulers --json > summary.json`;

/** `summarize`: what the explanations of a set say together. */
export const summarize: RegisterCommand = (program, { signal }) => {
  program
    .command('summarize')
    .description(
      'Summarize what explain-set has found: mean maps of classes, important channels, confident mistakes, drop and increase, ' +
        'equal maps, and maps that lie where nothing should count.',
    )
    .argument('<result>', 'what --out of explain-set named')
    .option(
      '--masks <dir>',
      'pictures of the names of the samples, white where a region is that should not count, such as a ruler',
    )
    .option('--html <file>', 'write a report with contact sheets, one self-contained page')
    .option('--json', 'print the figures as JSON only')
    .addHelpText('after', EXAMPLES)
    .action(async (result, options) => {
      const { runSummarize } = await import('../summarize/run-summarize.ts');
      await runSummarize({ result, ...options }, signal);
    });
};
