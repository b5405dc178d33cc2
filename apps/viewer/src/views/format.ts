import type { ModelDescription } from '../protocol/descriptions.ts';
import { NBSP } from '../state/whole-percent.ts';

/** `97.3 %`, whose parts stay on one line; what would round to all or nothing, and is not, is given as a bound. */
export function percent(share: number): string {
  if (share > 0.9995 && share < 1) return `>${NBSP}99.9${NBSP}%`;
  if (share < 0.0005 && share > 0) return `<${NBSP}0.1${NBSP}%`;
  return `${(100 * share).toFixed(1).replace('-0.0', '0.0').replace('-', '−')}${NBSP}%`;
}

/** As a share, but never certain nor impossible: what a network's single precision calls 0 or 1 is only close to it. */
export function probability(share: number): string {
  return percent(Math.max(Number.MIN_VALUE, Math.min(1 - Number.EPSILON, share)));
}

/** With a sign, for numbers beside bars: in four digits, or in as many as tell them apart where the largest is `reach`. */
export function rounded(value: number, reach: number): string {
  if (reach < 1e-7) return signed(value);
  const text = value.toFixed(Math.max(4, 2 - Math.floor(Math.log10(reach))));
  if (Number(text) === 0) return text.replace('-', '');
  return (value > 0 ? `+${text}` : text).replace('-', '−');
}

/** With a sign, in four digits. */
export function signed(value: number): string {
  const text = isTiny(value) ? value.toExponential(1) : value.toFixed(4);
  return (value > 0 ? `+${text}` : text).replaceAll('-', '−');
}

/** In three digits: `0.0123`, `9.69e−6` */
export function magnitude(value: number): string {
  const text = isTiny(value) ? value.toExponential(2) : Number(value.toPrecision(3)).toString();
  return text.replaceAll('-', '−');
}

/** Whether more of a number would be zeros than digits. */
function isTiny(value: number): boolean {
  return value !== 0 && Math.abs(value) < 1e-4;
}

/** `0.84 ms`, `12 ms`, `3.4 s` */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)}${NBSP}ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)}${NBSP}ms`;
  return `${(milliseconds / 1000).toFixed(1)}${NBSP}s`;
}

/** `12 s left`, or how long it has taken while nobody can know. @param done 0 to 1 */
export function timeLeft(elapsedMs: number, done: number | null): string {
  const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))}${NBSP}s`;
  if (done === null || done < 0.02 || elapsedMs < 500)
    return elapsedMs < 1000 ? '' : `${seconds(elapsedMs)} so far`;
  return `${seconds((elapsedMs / done) * (1 - done))} left`;
}

/** `[28, 28, 64]`; `?` is an open size. */
export function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}

/** `12.3 thousand`, `4.5 million` */
export function large(count: number): string {
  if (count < 1e4) return String(count);
  return count < 1e6
    ? `${(count / 1e3).toFixed(1)}${NBSP}thousand`
    : `${(count / 1e6).toFixed(1)}${NBSP}million`;
}

/** `54.1 kB`, `12.3 MB` */
export function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}${NBSP}kB` : megabytes(bytes);
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return bytes > 0 && bytes < 5e4 ? `<${NBSP}0.1${NBSP}MB` : `${(bytes / 1e6).toFixed(1)}${NBSP}MB`;
}

/** What a network takes, in words: `an image of 224 × 224 pixels`, `a signal of 40 samples`. */
export function inputText({ takes, inputShape }: Pick<ModelDescription, 'takes' | 'inputShape'>): string {
  const [first = null, second = null, third] = inputShape;
  if (takes === 'image') {
    const kind =
      third === 1
        ? 'a gray image'
        : third === 3
          ? 'an image'
          : `an image with ${third ?? 'any number of'} channels`;
    return first === null || second === null
      ? `${kind} of any size`
      : `${kind} of ${second}${NBSP}×${NBSP}${first}${NBSP}pixels`;
  }
  const length = first === null ? 'of any length' : `of ${first}${NBSP}samples`;
  return second === 1 ? `a signal ${length}` : `a signal ${length} in ${second ?? 'any number of'} channels`;
}
