import type { InputDescription } from '../../protocol/descriptions.ts';
import type { StageMap } from '../../state/stage-map.ts';
import { wholePercent } from '../../state/whole-percent.ts';
import { magnitude } from '../format.ts';
import type { PlanePoint } from './zoom.ts';

interface ReadoutProps {
  readonly input: InputDescription;
  readonly drawn: StageMap;
  readonly place: PlanePoint | null;
  /** What can be done, while nothing is pointed at. */
  readonly hint: string;
}

/** What is under the pointer: where it is, what the input is there, and how much the map says. */
export function Readout({ input, drawn, place, hint }: ReadoutProps) {
  if (!place) return <p class="readout">{hint}</p>;
  const value = mapAt(drawn, place);
  const share = drawn.high > 0 ? ` (${wholePercent(value / drawn.high)} of the largest)` : '';
  return (
    <p class="readout" data-value={value}>
      {inputAt(input, place)}; map {magnitude(value)}
      {share}
    </p>
  );
}

function cellAt(share: number, count: number): number {
  return Math.min(count - 1, Math.floor(share * count));
}

function mapAt({ values: { shape, data } }: StageMap, { x, y }: PlanePoint): number {
  const [rows, columns] = shape.length === 1 ? [1, shape[0] ?? 1] : [shape[0] ?? 1, shape[1] ?? 1];
  return data[cellAt(y, rows) * columns + cellAt(x, columns)] ?? 0;
}

/** Channels of a signal that fit in a line. */
const MOST_CHANNELS = 4;

/** `x 12, y 30: #a0b1c2`, or `sample 12: 0.34` */
function inputAt({ image, data, shape }: InputDescription, { x, y }: PlanePoint): string {
  if (!image) {
    const [length = 1, channels = 1] = shape;
    const sample = cellAt(x, length);
    const values = Array.from(data.subarray(sample * channels, (sample + 1) * channels), magnitude);
    const more = values.length > MOST_CHANNELS ? ' …' : '';
    return `sample ${sample}: ${values.slice(0, MOST_CHANNELS).join(', ')}${more}`;
  }
  const [column, row] = [cellAt(x, image.width), cellAt(y, image.height)];
  const at = 3 * (row * image.width + column);
  const color = Array.from(image.rgb.subarray(at, at + 3), (part) => part.toString(16).padStart(2, '0'));
  return `x ${column}, y ${row}: #${color.join('')}`;
}
