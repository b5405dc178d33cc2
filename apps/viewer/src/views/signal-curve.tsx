interface SignalCurveProps {
  readonly values: Float32Array;
  readonly class: string;
}

const WIDTH = 72;
const HEIGHT = 40;

/** A signal as a thin line, without axes. */
export function SignalCurve({ values, class: className }: SignalCurveProps) {
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  const y = (value: number): number => HEIGHT - 3 - ((HEIGHT - 6) * (value - low)) / (high - low || 1);
  const points = Array.from(values, (value, i) => {
    const x = (WIDTH * (i + 0.5)) / values.length;
    return `${x.toFixed(1)},${y(value).toFixed(1)}`;
  });
  return (
    <svg class={className} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
