import { darkPalette, lightPalette, paletteVariables } from '../plots/palette.ts';

const light = `${paletteVariables(lightPalette)};--page:#f4f6f8;--card:#ffffff;--link:#1f5fae`;
const dark = `${paletteVariables(darkPalette)};--page:#0e1115;--card:#14181d;--link:#6aa9f4`;

/** The style sheet of the report: the reader's color scheme on screen, light on paper, no font from elsewhere. */
export const reportStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 72rem;
  background: var(--page); color: var(--plot-ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.25rem 0 0.75rem; font-size: 1.15rem; }
p { margin: 0.4rem 0; }
a { color: var(--link); }
.muted { color: var(--plot-muted); }
.card { background: var(--card); border: 1px solid var(--plot-grid); border-radius: 8px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0 0; }
.tile { padding: 0.7rem 0.9rem; }
.tile dt { color: var(--plot-muted); font-size: 0.85rem; }
.tile dd { margin: 0; font-size: 1.45rem; font-variant-numeric: tabular-nums; }
.tile small { display: block; font-size: 0.8rem; color: var(--plot-muted); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.38rem 0.8rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 400; white-space: normal; min-width: 9rem; overflow-wrap: break-word; }
thead th { font-weight: 600; border-bottom: 1px solid var(--plot-grid); }
tbody tr + tr > *, tbody + tbody tr:first-child > * { border-top: 1px solid var(--plot-grid); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.9rem; display: flex; flex-direction: column; }
figure .scroll { flex: 1; }
figure svg { display: block; margin: 0 auto; height: auto; max-width: 100%; min-width: var(--smallest); }
figcaption { margin-top: 0.7rem; font-size: 0.87rem; color: var(--plot-muted); }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.75rem; }
.example { padding: 0.6rem; font-size: 0.84rem; line-height: 1.4; overflow-wrap: anywhere; }
.example img, .example svg { display: block; width: 100%; height: auto; margin-bottom: 0.5rem; border-radius: 4px; }
.example.small img { image-rendering: pixelated; }
.example .source { color: var(--plot-muted); font-size: 0.76rem; }
.facts th { color: var(--plot-muted); width: 12rem; }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 0.75rem 2rem; }
  figure { padding: 0.6rem; }
  table { font-size: 0.72rem; }
  th, td { padding: 0.3rem 0.22rem; }
  tbody th { min-width: 5.2rem; }
  .facts th { width: 8rem; min-width: 0; }
}
@media print {
  :root { color-scheme: light; ${light};--page:#ffffff }
  body { padding: 0; max-width: none; font-size: 10pt; }
  .card { break-inside: avoid; }
  h2, h2 + p { break-after: avoid; }
  .figures { grid-template-columns: 1fr 1fr; }
  a[download] { display: none; }
  figure svg { min-width: 0; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
