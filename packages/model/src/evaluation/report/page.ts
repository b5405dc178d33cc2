import { html, Markup } from './html.ts';
import { reportStyle } from './style.ts';

/** A report as one HTML page that needs nothing else. @param style added to what all reports share */
export function reportPage(title: string, content: Markup, style = ''): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Markup(reportStyle + style)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${content}
      </body>
    </html> `.text;
}

/** A row of a table: what it is about, and its cells; those that are markup bring their `<td>`. */
export type ReportRow = readonly [name: string | number, ...cells: (Markup | string | number)[]];

/** A table whose first column names the rows. */
export function tableOf(columns: readonly (Markup | string)[], rows: readonly ReportRow[]): Markup {
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
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => (cell instanceof Markup ? cell : html`<td>${cell}</td>`))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Names and values, one a row; what is null is left out. */
export function factsOf(rows: readonly (readonly [string, string | number | null])[]): Markup {
  return html`<div class="card scroll">
    <table class="facts">
      <tbody>
        ${rows.map(([name, value]) =>
          value === null
            ? null
            : html`<tr>
                <th scope="row">${name}</th>
                <td>${value}</td>
              </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
