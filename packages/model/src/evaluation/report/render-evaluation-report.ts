import type { EpochRecord } from '../../training/history.ts';
import type { MeanMetrics } from '../classification-metrics.ts';
import type { EvaluationResult } from '../evaluation-result.ts';
import type { FailedExample } from '../failed-example.ts';
import { evaluationPlots } from '../plots/evaluation-plots.ts';
import { pagePalette } from '../plots/palette.ts';
import { examplePicture } from './example-picture.ts';
import { dataUri, html, Markup } from './html.ts';
import { factsOf, reportPage } from './page.ts';

/** What `renderEvaluationReport` shows besides the figures. */
export interface EvaluationReportOptions {
  /** Heading of the page. */
  readonly title?: string;
  /** The epochs of the training, for its curves. */
  readonly history?: readonly EpochRecord[];
  /** More facts to state below the figures, such as the model's file, the data and the command line. */
  readonly parameters?: Readonly<Record<string, string | number>>;
}

/** Plots wider than this scroll on a phone rather than becoming too small to read. */
const SMALLEST_SCALE = 0.68;
/** Images up to this wide are enlarged with sharp pixels. */
const SMALL_IMAGE = 96;

/**
 * The evaluation as one HTML page that needs nothing else: no script, network, font or image from elsewhere. It follows
 * the reader's light or dark color scheme and prints in light.
 *
 * @returns the page, in UTF-8
 */
export async function renderEvaluationReport(
  result: EvaluationResult,
  { title = 'Evaluation', history = [], parameters = {} }: EvaluationReportOptions = {},
): Promise<string> {
  const inPage = await evaluationPlots(result, history, pagePalette);
  const alone = await evaluationPlots(result, history);
  const figures = inPage.map(({ name, caption, svg }, i) => figure(name, caption, svg, alone[i]!.svg));
  const trainingStart = inPage.findIndex(({ name }) => name === 'training-loss');
  const [plots, curves] =
    trainingStart === -1 ? [figures, []] : [figures.slice(0, trainingStart), figures.slice(trainingStart)];

  const content = html`
    ${summary(result)}
    <h2>Classification report</h2>
    ${reportTable(result)}
    <h2>Plots</h2>
    <div class="figures">${plots}</div>
    ${
      curves.length === 0
        ? null
        : html`<h2>Training</h2>
            <div class="figures">${curves}</div>`
    }
    <h2>Failed predictions</h2>
    ${failures(result)}
    <h2>Parameters and environment</h2>
    ${facts(result, parameters)}
  `;
  return reportPage(title, content);
}

function summary(result: EvaluationResult): Markup {
  const { means, classes, sampleCount, failureCount, accuracy } = result;
  const tile = (name: string, value: string, note: string): Markup =>
    html`<div class="tile card">
      <dt>${name}</dt>
      <dd>${value} <small>${note}</small></dd>
    </div>`;
  return html`<dl class="tiles">
    ${tile('Accuracy', accuracy.toFixed(4), `${sampleCount - failureCount} of ${sampleCount} samples`)}
    ${tile('F1', means.macro.f1.toFixed(4), `mean of ${classes.length} classes`)}
    ${tile('AUC, macro', optional(means.macro.auc), `mean of ${classes.length - means.aucExcluded.length} classes`)}
    ${tile('AUC, micro', optional(means.micro.auc), 'all decisions pooled')}
  </dl>`;
}

function reportTable({ classes, means, accuracy, sampleCount }: EvaluationResult): Markup {
  const mean = (name: string, { precision, recall, f1, support, auc }: MeanMetrics): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      ${[precision, recall, f1].map((value) => html`<td>${value.toFixed(4)}</td>`)}
      <td>${support}</td>
      <td>${optional(auc)}</td>
    </tr>`;
  return html`<div class="card scroll">
      <table>
        <thead>
          <tr>
            ${['Class', 'Precision', 'Recall', 'F1', 'Support', 'AUC'].map(
              (name) => html`<th scope="col">${name}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${classes.map((line) => mean(line.name, line))}
        </tbody>
        <tbody>
          <tr>
            <th scope="row">accuracy</th>
            <td></td>
            <td></td>
            <td>${accuracy.toFixed(4)}</td>
            <td>${sampleCount}</td>
            <td></td>
          </tr>
          ${mean('micro mean', means.micro)} ${mean('macro mean', means.macro)}
          ${mean('weighted mean', means.weighted)}
        </tbody>
      </table>
    </div>
    ${classes.map(({ name, auc, aucReason }) =>
      auc === null && aucReason !== null
        ? html`<p class="muted">AUC of ${name} is undefined (${aucReason}) and not in the mean AUCs.</p>`
        : null,
    )}`;
}

function figure(name: string, caption: string, svg: string, alone: string): Markup {
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1] ?? 0);
  const bytes = new TextEncoder().encode(alone);
  return html`<figure class="card">
    <div class="scroll" style="--smallest: ${Math.round(width * SMALLEST_SCALE)}px">${new Markup(svg)}</div>
    <figcaption>
      ${caption}
      <a download="${name}.svg" href="${dataUri('image/svg+xml', bytes)}">Save&nbsp;SVG</a>
    </figcaption>
  </figure>`;
}

function failures({ failures: examples, failureCount, sampleCount, classes }: EvaluationResult): Markup {
  if (failureCount === 0) return html`<p>None: all ${sampleCount} predictions are right.</p>`;
  const card = (example: FailedExample): Markup => {
    const small = (example.shape[1] ?? 0) <= SMALL_IMAGE;
    return html`<div class="example card${small ? ' small' : ''}">
      ${examplePicture(example)}
      <div>predicted <strong>${classes[example.predicted]!.name}</strong> ${percent(example.confidence)}</div>
      <div>true <strong>${classes[example.label]!.name}</strong> ${percent(example.trueScore)}</div>
      <div class="source">${example.source ?? `sample ${example.index}`}</div>
    </div>`;
  };
  return html`<p class="muted">
      ${failureCount} of ${sampleCount} predictions are wrong;
      ${examples.length < failureCount ? `the ${examples.length} most confident of them:` : 'the most confident first:'}
      prediction and true class, each with the score the model gave it.
    </p>
    <div class="examples">${examples.map(card)}</div>`;
}

function facts(
  { dataName, run, skipped, sampleCount, classes }: EvaluationResult,
  parameters: Readonly<Record<string, string | number>>,
): Markup {
  const rows: [string, string | number][] = [
    ...Object.entries(parameters),
    ['data set', dataName],
    ['samples', sampleCount],
    ['classes', classes.length],
    ['batch size', run.batchSize],
    ['backend', `TensorFlow.js ${run.tfjsVersion}, ${run.backend}`],
    ['time', `${(run.elapsedMs / 1000).toFixed(1)} s`],
    ['skipped', skipped.length],
    ...skipped.map(({ source, reason }): [string, string] => ['skipped', `${source}: ${reason}`]),
  ];
  return factsOf(rows);
}

function optional(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
