import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { giveFiles } from '../client/give-files.ts';
import { droppedFiles } from '../client/given-files.ts';
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
  const latest = useRef(state);
  latest.current = state;
  const take = (transfer: DataTransfer): void => {
    droppedFiles(transfer).then(
      (given) => {
        giveFiles(latest.current, dispatch, given);
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        dispatch({
          kind: 'report',
          message: `The folder cannot be read (${reason}). Choose its files instead.`,
        });
      },
    );
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      // Text is pasted where the cursor is.
      if (event.clipboardData?.files.length) take(event.clipboardData);
    };
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('paste', paste);
    };
  }, [dispatch]);
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
        if (event.dataTransfer) take(event.dataTransfer);
      }}
    >
      {children}
      {isOver && (
        <div class="drop-hint">
          <p>
            Drop a model (.keras, .h5, .onnx, or model.json with its .bin files), images or a folder of them,
            a signal (.npy, .csv), or class names (.txt, .csv, .json)
          </p>
        </div>
      )}
    </div>
  );
}
