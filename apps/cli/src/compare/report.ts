import { html, Markup, reportStyle } from '@ablation-cam/model';
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
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Markup(reportStyle + STYLE)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        <p class="muted">
          ${methods.length} methods on the same ${samples} samples; explained is the predicted class of each,
          judged by its probability.
        </p>
        <h2>Examples</h2>
        <p class="muted">A sample of each class and the map of every method, each in its own scale.</p>
        <div class="card scroll sheet">${new Markup(examples)}</div>
        <h2>How faithful the maps are</h2>
        <p class="muted">
          Means with bootstrap 95&nbsp;% intervals; the best mean of each metric is bold. Drop and increase:
          the ${Math.round(100 * settings.fraction)}&nbsp;% of the input with the largest values are kept, the
          rest is 0; soft: the input times the map. Empty: without positive values.
        </p>
        ${table(
          ['seconds per image', ...metrics.map(metricTitle), 'empty maps'],
          methods.map((summary) => meansRow(summary, comparison)),
        )}
        ${
          first && others.length > 0
            ? html`<h2>Sample by sample, against ${first.method}</h2>
                <p class="muted">
                  Mean difference with its 95&nbsp;% interval, and the samples on which the method is better /
                  as good / worse.
                </p>
                ${table(
                  metrics.map(metricTitle),
                  others.map(({ method, paired }) => ({
                    name: method,
                    cells: metrics.map(({ key }) => pairedCell(paired?.[key])),
                  })),
                )}`
            : null
        }
        <h2>Parameters and environment</h2>
        <div class="card scroll">
          <table class="facts">
            <tbody>
              ${Object.entries(facts).map(
                ([name, value]) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td>${value}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </body>
    </html> `;
  return page.text;
}

interface Row {
  readonly name: string;
  readonly cells: readonly Markup[];
}

function table(columns: readonly (Markup | string)[], rows: readonly Row[]): Markup {
  return html`<div class="card scroll">
    <table>
      <thead>
        <tr>
          <th scope="col"></th>
          ${columns.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, cells }) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function meansRow(
  { method, metrics, emptyMaps, secondsPerImage }: MethodSummary,
  comparison: Comparison,
): Row {
  const cell = (text: string | number): Markup => html`<td>${text}</td>`;
  return {
    name: method,
    cells: [
      cell(secondsPerImage.toPrecision(2)),
      ...comparison.metrics.map((metric) =>
        meanCell(metrics[metric.key], metrics[metric.key]?.mean === bestMean(metric, comparison)),
      ),
      cell(emptyMaps),
    ],
  };
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
