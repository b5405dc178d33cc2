import { lightPalette, writeFileWhole } from '@ablation-cam/model';
import { openResult } from '../explain-set/run/open-result.ts';
import { openStore } from '../explain-set/result/open-store.ts';
import type { SetResultGroup } from '../explain-set/result/result.ts';
import { openSource } from '../explain-set/samples/sample-source.ts';
import type { SampleSource } from '../explain-set/samples/samples.ts';
import { CliError } from '../errors.ts';
import { print, printError, printJson } from '../print.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { printSummary, verdictText } from './print-summary.ts';
import { regionMasks } from './region-masks.ts';
import { renderSummary, type MethodSheets } from './report.ts';
import { SheetDrawer } from './sheets.ts';
import { summarizeResult } from './summarize-result.ts';
import type { Example, SetSummary } from './summary.ts';

/** The command line of `summarize`. */
export interface SummarizeRequest {
  readonly result: string;
  readonly masks?: string | undefined;
  readonly html?: string | undefined;
  readonly json?: true | undefined;
}

/** Carries `summarize` out. */
export async function runSummarize(request: SummarizeRequest, signal: AbortSignal): Promise<void> {
  await loadTensorFlow();
  const result = await openResult(await openStore(request.result));
  const { plan } = result;
  const summary = await summarizeResult(result, regionMasks(request.masks), signal);
  // Printed first: a full disk must not cost the figures.
  if (request.json) printJson(summary);
  else printSummary(request.result, summary, plan.classNames);
  if (request.html === undefined) return;
  const page = renderSummary(plan, summary, await sheetsOf(result, summary));
  await writeFileWhole(request.html, page);
  if (!request.json) print(`\nwrote ${request.html}`);
}

async function sheetsOf(result: SetResultGroup, summary: SetSummary): Promise<MethodSheets[]> {
  const source = await openSamples(result.plan.data.source);
  try {
    return await drawSheets(result, summary, source);
  } finally {
    await source?.close();
  }
}

async function drawSheets(
  result: SetResultGroup,
  summary: SetSummary,
  source: SampleSource | null,
): Promise<MethodSheets[]> {
  const { plan } = result;
  const drawer = new SheetDrawer(result, source, lightPalette);
  const caption = (example: Example): string => verdictText(example, plan.classNames);
  const named = ({ source: name }: Example): string => (name.split('/').at(-1) ?? name).slice(0, 30);
  const sheets: MethodSheets[] = [];
  for (const findings of summary.methods) {
    const { method } = findings;
    sheets.push({
      method,
      classMaps: drawer.classMaps(findings),
      examples: await drawer.examples(
        [
          { label: 'confident and wrong', examples: summary.confidentlyWrong.slice(0, 8) },
          { label: 'undecided', examples: summary.undecided.slice(0, 8) },
        ],
        method,
        caption,
      ),
      channels: await drawer.examples(
        findings.channels.map(({ channel, examples }) => ({ label: `channel ${channel}`, examples })),
        method,
        named,
      ),
      suspects: await drawer.examples(
        [
          { label: 'at the border', examples: findings.atBorder },
          { label: 'in the region', examples: findings.inRegion ?? [] },
        ],
        method,
        named,
      ),
    });
  }
  return sheets;
}

/** The samples, where they are still there: the report is made on other machines as well. */
async function openSamples(source: string): Promise<SampleSource | null> {
  try {
    return await openSource(source);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    printError(`note: ${error.message} The report shows maps without their samples.`);
    return null;
  }
}
