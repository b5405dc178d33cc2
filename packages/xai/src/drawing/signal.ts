import { XaiError } from '../errors.ts';
import type { PositionMap } from '../explanation/explanation.ts';
import type { InputArray } from '../forward/model-input.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';

/** A signal to be drawn: `[length]`, or `[length, channels]` row-major. */
export type DrawnSignal = Float32Array | InputArray;

/**
 * Returns the channels of a signal, each `[length]`.
 *
 * @throws XaiError `invalid-input` for another rank, data that do not fit the shape, NaN or an infinite value
 */
export function signalChannels(signal: DrawnSignal): Float32Array[] {
  const { data, shape } = signal instanceof Float32Array ? { data: signal, shape: [signal.length] } : signal;
  const [length = 0, channels = 1] = shape;
  if (shape.length > 2 || length < 1 || channels < 1 || data.length !== length * channels) {
    throw new XaiError(
      'invalid-input',
      `A signal to be drawn has the shape [length] or [length, channels], got [${shape.join(', ')}] with ${data.length} values.`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    throw new XaiError(
      'invalid-input',
      `A signal must hold finite numbers to be drawn, got ${String(data[wrong])} at index ${wrong}.`,
    );
  }
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length }, (_, i) => data[i * channels + channel]!),
  );
}

/**
 * Returns the value of a map at each sample of a signal.
 *
 * @throws XaiError `invalid-input` for a map that is not over a signal
 */
export function relevanceOfSamples(map: PositionMap, length: number): Float32Array {
  if (map.shape.length !== 1) {
    throw new XaiError(
      'invalid-input',
      `The map of a signal has the shape [length], got [${map.shape.join(', ')}].`,
    );
  }
  return Float32Array.from(resizeBilinear(map, [length]).data);
}
