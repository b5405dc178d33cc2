import { factsOf, html, Markup, reportPage, tableOf, type ReportRow } from '@ablation-cam/model/reports';
import type { MeanInterval, PairedComparison } from '@ablation-cam/xai/metrics';
import type { Comparison } from './comparison.ts';
import type { Metric } from './metrics.ts';
import type { MethodSummary } from './summary.ts';

/** Beside the house style: wide tables whose intervals stand below their means. */
const STYLE = `
body { max-width: 94rem; }
thead th { white-space: normal; vertical-align: bottom; }
th, td { padding: 0.38rem 0.45rem; }
tbody th { min-width: 7rem; }
small { display: block; color: var(--plot-muted); font-size: 0.78rem; font-weight: 400; }
td.best { font-weight: 600; }
.sheet svg { display: block; height: auto; max-width: none; }
`;

/**
 * The comparison as one HTML page that needs nothing else: no script, network, font or image from elsewhere.
 *
 * @param examples an SVG of the maps of some samples
 * @param facts to state below the tables
 */
export function renderComparison(
  comparison: Comparison,
  examples: string,
  facts: Readonly<Record<string, string | number>>,
): string {
  const { settings, samples, metrics, methods } = comparison;
  const [first, ...others] = methods;
  const title = `Explanations of ${nameOf(settings.model)} on ${settings.data}`;
  const content = html`
    <p class="muted">
      ${methods.length} methods on the same ${samples} samples; explained is the predicted class of each,
      judged by its probability.
    </p>
    <h2>Examples</h2>
    <p class="muted">A sample of each class and the map of every method, each in its own scale.</p>
    <div class="card scroll sheet">${new Markup(examples)}</div>
    <h2>How faithful the maps are</h2>
    <p class="muted">
      Means with bootstrap 95&nbsp;% intervals; the best mean of each metric is bold. Drop and increase: the
      ${Math.round(100 * settings.fraction)}&nbsp;% of the input with the largest values are kept, the rest is
      0; soft: the input times the map. Empty: without positive values.
    </p>
    ${tableOf(
      ['seconds per image', ...metrics.map(metricTitle), 'empty maps'],
      methods.map((summary) => meansRow(summary, comparison)),
    )}
    ${
      first && others.length > 0
        ? html`<h2>Sample by sample, against ${first.method}</h2>
            <p class="muted">
              Mean difference with its 95&nbsp;% interval, and the samples on which the method is better / as
              good / worse.
            </p>
            ${tableOf(
              metrics.map(metricTitle),
              others.map(({ method, paired }): ReportRow => [
                method,
                ...metrics.map(({ key }) => pairedCell(paired?.[key])),
              ]),
            )}`
        : null
    }
    <h2>Parameters and environment</h2>
    ${factsOf(Object.entries(facts))}
  `;
  return reportPage(title, content, STYLE);
}

function meansRow(
  { method, metrics, emptyMaps, secondsPerImage }: MethodSummary,
  comparison: Comparison,
): ReportRow {
  return [
    method,
    secondsPerImage.toPrecision(2),
    ...comparison.metrics.map((metric) =>
      meanCell(metrics[metric.key], metrics[metric.key]?.mean === bestMean(metric, comparison)),
    ),
    emptyMaps,
  ];
}

function bestMean({ key, better }: Metric, { methods }: Comparison): number {
  const means = methods.map(({ metrics }) => metrics[key]?.mean ?? NaN);
  return better === 'larger' ? Math.max(...means) : Math.min(...means);
}

function metricTitle({ name, better }: Metric): Markup {
  return html`${name} <small>${better} is better</small>`;
}

function meanCell(found: MeanInterval | undefined, isBest: boolean): Markup {
  if (!found) return html`<td></td>`;
  return html`<td class="${isBest ? 'best' : ''}">
    ${found.mean.toFixed(3)} <small>${found.low.toFixed(3)}–${found.high.toFixed(3)}</small>
  </td>`;
}

function pairedCell(found: PairedComparison | undefined): Markup {
  if (!found) return html`<td></td>`;
  const { difference, wins, ties, losses } = found;
  return html`<td>
    ${signed(difference.mean)} <small>${signed(difference.low)} to ${signed(difference.high)}</small>
    <small>${wins} / ${ties} / ${losses}</small>
  </td>`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

/** The last part of a path. */
function nameOf(model: string): string {
  return model.split(/[\\/]/).at(-1) ?? model;
}
