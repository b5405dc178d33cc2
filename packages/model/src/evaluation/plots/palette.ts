/** The colors of a plot: CSS colors, or `var(--name)` where a page brings its own. */
export interface PlotPalette {
  /** Behind the plot; `null` leaves it transparent. */
  readonly background: string | null;
  readonly ink: string;
  /** Axes, ticks and reference lines. */
  readonly muted: string;
  readonly grid: string;
  /** Bars, and the cells of a matrix (more opaque the larger). */
  readonly accent: string;
  /** Text on an opaque accent. */
  readonly onAccent: string;
  /** Lines that must be told apart. */
  readonly series: readonly string[];
}

/** Colors of plots on a light page. */
export const lightPalette: PlotPalette = {
  background: '#ffffff',
  ink: '#1b1f24',
  muted: '#5b6570',
  grid: '#d9dee4',
  accent: '#1f5fae',
  onAccent: '#ffffff',
  series: [
    '#2563c9',
    '#d9730d',
    '#12805c',
    '#c2303c',
    '#7d4cc4',
    '#8a5a2b',
    '#cf4f9b',
    '#0b8aa3',
    '#7c8a12',
    '#5f6b7a',
  ],
};

/** Colors of plots on a dark page. */
export const darkPalette: PlotPalette = {
  background: '#14181d',
  ink: '#e8ebef',
  muted: '#9aa5b1',
  grid: '#323a44',
  accent: '#6aa9f4',
  onAccent: '#0c1118',
  series: [
    '#6ea3ff',
    '#f5a04a',
    '#4cc79a',
    '#ff7f83',
    '#b998f5',
    '#c99a6b',
    '#f492c6',
    '#46c3db',
    '#c3cf4e',
    '#a9b4c0',
  ],
};

/** A palette of CSS variables (`--plot-ink`, `--plot-series-0` ...), so that a page can switch between color schemes. */
export const pagePalette: PlotPalette = {
  background: null,
  ink: 'var(--plot-ink)',
  muted: 'var(--plot-muted)',
  grid: 'var(--plot-grid)',
  accent: 'var(--plot-accent)',
  onAccent: 'var(--plot-on-accent)',
  series: lightPalette.series.map((_, i) => `var(--plot-series-${i})`),
};

/** The declarations that give the variables of {@link pagePalette} the colors of `palette`. */
export function paletteVariables(palette: PlotPalette): string {
  const { ink, muted, grid, accent, onAccent, series } = palette;
  return [
    `--plot-ink:${ink}`,
    `--plot-muted:${muted}`,
    `--plot-grid:${grid}`,
    `--plot-accent:${accent}`,
    `--plot-on-accent:${onAccent}`,
    ...series.map((color, i) => `--plot-series-${i}:${color}`),
  ].join(';');
}

/** Dash patterns that tell apart lines which share a color. */
const dashes = ['none', '6 3', '2 3', '8 3 2 3'];

/** Color and dash of the i-th line of a plot; repeats only after colors x dashes. */
export function seriesStyle(palette: PlotPalette, i: number): { color: string; dash: string } {
  const { series } = palette;
  return {
    color: series[i % series.length]!,
    dash: dashes[Math.floor(i / series.length) % dashes.length]!,
  };
}
