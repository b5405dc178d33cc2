import { factsOf, html, Markup, reportPage, tableOf } from '@ablation-cam/model/reports';
import type { MeanInterval } from '@ablation-cam/xai/metrics';
import type { SetPlan } from '@ablation-cam/model/results';
import type { SetSummary } from './summary.ts';

const STYLE = `
body { max-width: 76rem; }
.sheet svg { display: block; height: auto; max-width: none; }
`;

/** The drawings of a method, each an SVG; null where there is nothing to draw. */
export interface MethodSheets {
  readonly method: string;
  readonly classMaps: string | null;
  readonly examples: string | null;
  readonly channels: string | null;
  readonly suspects: string | null;
}

/** The summary of a result as one HTML page that needs nothing else: no script, network, font or image from elsewhere. */
export function renderSummary(plan: SetPlan, summary: SetSummary, sheets: readonly MethodSheets[]): string {
  const { samples, explained, failed, labelled, right, classes, failures } = summary;
  const title = `Explanations of ${lastPart(plan.model.source)} on ${lastPart(plan.data.source)}`;
  const accuracy =
    labelled === 0
      ? ''
      : `; ${right} of ${labelled} labelled ones right, accuracy ${(right / labelled).toFixed(4)}`;
  const content = html`
    <p class="muted">
      ${explained} of ${samples} samples explained${failed > 0 ? `, ${failed} not` : ''}${accuracy}.
    </p>
    ${
      classes.length === 0
        ? null
        : tableOf(
            ['labelled', 'right', 'predicted'],
            classes.map((own) => [own.name, own.labelled, own.right, own.predicted]),
          )
    }
    ${summary.methods.map((method, m) => {
      const own = sheets[m];
      return html`<h2>${method.method}, ${method.target}</h2>
        ${factsOf([
          ['average drop', interval(method.drop)],
          ['average increase', interval(method.increase)],
          ['maps without a positive value', String(method.emptyMaps)],
          [
            'equal maps',
            method.duplicates
              .map(
                (group) =>
                  `${group[0]?.value ?? 0} times: ${group
                    .slice(0, 3)
                    .map(({ source }) => source)
                    .join(', ')}`,
              )
              .join('; ') || null,
          ],
        ])}
        ${sheet('Maps by class', 'Mean and standard deviation of the maps, each divided by its maximum before.', own?.classMaps)}
        ${sheet('Examples', 'Covered by their maps, each in its own scale.', own?.examples)}
        ${sheet('Channels', 'Those with the largest mean |weight|, and the samples that they speak for most.', own?.channels)}
        ${sheet('Suspects', 'Maps that lie at the border, or in the region of the masks: where a shortcut may be.', own?.suspects)}`;
    })}
    ${
      failures.length === 0
        ? null
        : html`<h2>Not explained</h2>
            ${tableOf(
              ['reason'],
              failures.map(({ source, reason }) => [source, reason]),
            )}`
    }
    <h2>Parameters and environment</h2>
    ${factsOf([
      ['model', plan.model.source],
      ['its SHA-256', plan.model.hash],
      ['data', plan.data.source],
      ['options', JSON.stringify(plan.options)],
      ['computed by', `${plan.engine.backend}, ${plan.engine.executor}`],
      ['versions', JSON.stringify(plan.versions)],
    ])}
  `;
  return reportPage(title, content, STYLE);
}

function sheet(title: string, told: string, svg: string | null | undefined): Markup | null {
  if (!svg) return null;
  return html`<h3>${title}</h3>
    <p class="muted">${told}</p>
    <div class="card scroll sheet">${new Markup(svg)}</div>`;
}

function interval(found: MeanInterval | null): string | null {
  return found && `${found.mean.toFixed(3)} (${found.low.toFixed(3)}–${found.high.toFixed(3)})`;
}

/** Of a path. */
function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
