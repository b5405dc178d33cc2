import { heatmapOf, type PositionMap } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ResultOverview, ResultSample } from '../protocol/results.ts';
import { inputTitle } from '../state/input-title.ts';
import { titleOf } from '../state/method-titles.ts';
import { classNameIn, explainsProbability } from '../state/results.ts';
import { probability, rounded } from './format.ts';
import { ImageCanvas } from './image-canvas.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { SignalCurve } from './signal-curve.tsx';

/** So many channels are listed. */
const MOST_CHANNELS = 10;

interface ResultSampleViewProps {
  readonly overview: ResultOverview;
  readonly method: string;
  readonly sample: ResultSample;
  readonly colors: ColorMapName;
}

/** A sample of a result that is looked at: its picture, where it can be had, its map, and the channels that count most. */
export function ResultSampleView({ overview, method, sample, colors }: ResultSampleViewProps) {
  const { index, classIndex, score, mapSigned, weights, picture } = sample;
  const name = overview.sources[index] ?? '';
  const map = useMemo(() => {
    const positive: PositionMap = {
      shape: mapSigned.shape,
      data: mapSigned.data.map((value) => Math.max(0, value)),
    };
    return heatmapOf(positive, positive.shape);
  }, [mapSigned]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On narrow screens it is far from the tile that was pressed.
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [index]);
  const { image, signal } = picture;
  return (
    <div class="result-sample" aria-live="polite" ref={place}>
      {image && (
        <figure>
          <ImageCanvas image={image} class="layer" label={`The picture ${name}`} />
          <figcaption>{inputTitle(name)}</figcaption>
        </figure>
      )}
      {signal && <SignalCurve values={signal} class="curve" />}
      <figure>
        <MapCanvas
          map={map}
          colors={colors}
          class={map.shape.length === 1 ? 'strip' : 'layer'}
          label={`What speaks for ${classNameIn(overview, classIndex)} in ${name}`}
        />
        <figcaption>
          {titleOf(method)}, for {classNameIn(overview, classIndex)} (
          {explainsProbability(overview, method) ? probability(score) : score.toPrecision(4)})
        </figcaption>
      </figure>
      {weights && <Weights weights={weights} />}
      {!image && !signal && (
        <p class="hint">
          The picture itself, {inputTitle(name)}, is not part of the result: drop its folder together with it
          to see it here.
        </p>
      )}
    </div>
  );
}

function Weights({ weights }: { readonly weights: Float32Array }) {
  const strongest = Array.from(weights, (weight, channel) => ({ weight, channel }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, MOST_CHANNELS);
  const reach = Math.abs(strongest[0]?.weight ?? 0);
  return (
    <table>
      <caption>Of {weights.length} channels, those that count most</caption>
      <tbody>
        {strongest.map(({ channel, weight }) => (
          <tr key={channel}>
            <th scope="row">channel {channel}</th>
            <td class="number" data-weight={weight}>
              {rounded(weight, reach)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
