import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { giveFiles } from '../client/give-files.ts';
import type { ViewProps } from './app.tsx';

/** Takes files that are dropped anywhere on the page. */
export function DropTarget({ state, dispatch, children }: ViewProps & { children: ComponentChildren }) {
  const [isOver, setOver] = useState(false);
  /** Entering a child comes before leaving its parent. */
  const depth = useRef(0);
  const enter = (change: number): void => {
    depth.current += change;
    setOver(depth.current > 0);
  };
  return (
    <div
      class="page"
      onDragEnter={(event) => {
        event.preventDefault();
        enter(1);
      }}
      onDragLeave={() => {
        enter(-1);
      }}
      onDragOver={(event) => {
        event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        enter(-depth.current);
        giveFiles(state, dispatch, [...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      {isOver && (
        <div class="drop-hint">
          <p>
            Drop a model (.keras, .h5, .onnx, or model.json with its .bin files), an image, a .npy signal, or
            class names (.txt)
          </p>
        </div>
      )}
    </div>
  );
}
