import { uniformNumbers } from './random.ts';

/** An image in [0, 1] with edges and gradients in every direction, `[side, side, 3]`. */
export function waves(seed: number, side: number): Float32Array {
  const next = uniformNumbers(seed);
  const colors = Array.from({ length: 3 }, () => ({
    x: 0.02 + 0.3 * next(),
    y: 0.02 + 0.3 * next(),
    phase: 6 * next(),
  }));
  return Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const { x, y, phase } = colors[i % 3]!;
    const position = Math.floor(i / 3);
    return (
      0.5 + 0.4 * Math.sin(x * (position % side) + y * Math.floor(position / side) + phase) + 0.1 * next()
    );
  });
}

/** Signals around 0 made of waves of a few lengths and noise, `[samples, leads]`. */
export function signalWaves(seed: number, samples: number, leads: number): Float32Array {
  const next = uniformNumbers(seed);
  const shapes = Array.from({ length: leads }, () => ({ x: 0.03 + 0.1 * next(), phase: 6 * next() }));
  return Float32Array.from({ length: samples * leads }, (_, i) => {
    const { x, phase } = shapes[i % leads]!;
    const at = x * Math.floor(i / leads) + phase;
    return Math.sin(at) + 0.5 * Math.sin(7 * at) + 0.2 * (2 * next() - 1);
  });
}
