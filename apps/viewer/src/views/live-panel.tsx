import { useEffect, useRef, useState } from 'preact/hooks';
import type { FrameSource } from '../client/frame-source.ts';
import { classNameOf, isShown, predictedClass, shownView } from '../state/selectors.ts';
import type { ViewProps } from './app.tsx';
import { Picker } from './file-pickers.tsx';

/** Fetched when it is used. */
const frameSource = () => import('../client/frame-source.ts');

/** Explains a camera or a video, picture after picture. */
export function LivePanel({ state, dispatch }: ViewProps) {
  const [source, setSource] = useState<FrameSource | null>(null);
  const description = state.description ?? state.explained?.result.model;
  const isReady = isShown(state) || state.input === null || state.problem !== null;
  const frames = useFrames(source, isReady, state.explained?.key, dispatch);
  const isLeft = useLeaving(source, state);
  useEffect(() => {
    if (!isLeft) return;
    setSource(null);
    dispatch({
      kind: 'notify',
      message: 'The live pictures stopped, since another input or network was chosen.',
    });
  }, [isLeft, dispatch]);
  const open = (opening: Promise<FrameSource>): void => {
    opening.then(setSource, (error: unknown) => {
      dispatch({ kind: 'report', message: error instanceof Error ? error.message : String(error) });
    });
  };
  useEffect(
    () => () => {
      source?.stop();
    },
    [source],
  );
  if (description?.takes !== 'image') {
    return <p class="hint">Live pictures need a network that takes images. Choose or open one above.</p>;
  }
  const view = shownView(state);
  return (
    <div class="live">
      <p class="hint">
        Explains what the camera sees, picture after picture, above. Choose a class there to follow it.
        Nothing leaves this machine.
      </p>
      <div class="buttons">
        {source ? (
          <button
            type="button"
            class="primary"
            onClick={() => {
              setSource(null);
            }}
          >
            Stop
          </button>
        ) : (
          <>
            <button
              type="button"
              class="primary"
              onClick={() => {
                open(frameSource().then(({ openCamera }) => openCamera()));
              }}
            >
              Start the camera
            </button>
            <Picker
              label="Open video …"
              accept="video/*"
              onFiles={(files) => {
                const [file] = files ?? [];
                if (file) open(frameSource().then(({ openVideo }) => openVideo(file)));
              }}
            />
          </>
        )}
      </div>
      {source && view?.attribution && (
        <p>
          <strong>{frames.toFixed(1)} pictures a second</strong>; the network says{' '}
          {classNameOf(state, predictedClass(view.explained))}, the map is of{' '}
          {classNameOf(state, view.attribution.classIndex)}.
        </p>
      )}
    </div>
  );
}

/** Whether, since a source was opened, its pictures were explained and now something else is. */
function useLeaving(source: FrameSource | null, { input, model }: ViewProps['state']): boolean {
  const begun = useRef<string | null>(null);
  useEffect(() => {
    begun.current = null;
  }, [source]);
  if (source === null) return false;
  const isFrame = input?.kind === 'frame';
  if (begun.current === null) {
    if (isFrame) begun.current = model.id;
    return false;
  }
  return !isFrame || model.id !== begun.current;
}

/** Pictures whose times count for the rate. */
const COUNTED = 12;

/** Hands over a picture whenever the one before is explained; returns how many a second. */
function useFrames(
  source: FrameSource | null,
  isReady: boolean,
  explainedKey: string | undefined,
  dispatch: ViewProps['dispatch'],
): number {
  const times = useRef<number[]>([]);
  const count = useRef(0);
  useEffect(() => {
    times.current = [];
  }, [source]);
  useEffect(() => {
    if (!source || !isReady) return;
    const pixels = source.grab();
    if (!pixels) return;
    times.current = [...times.current, performance.now()].slice(-COUNTED);
    const id = `frame ${++count.current}`;
    dispatch({ kind: 'choose-input', input: { kind: 'frame', id, name: 'live picture', pixels } });
  }, [source, isReady, explainedKey, dispatch]);
  const [first = 0] = times.current;
  const last = times.current.at(-1) ?? 0;
  return last > first ? (1000 * (times.current.length - 1)) / (last - first) : 0;
}
