interface SwipeHandleProps {
  /** Where the map begins, as a share of the width. */
  readonly at: number;
  readonly onMove: (at: number) => void;
}

const STEP = 0.05;

/** The divider between the input and the map over it. */
export function SwipeHandle({ at, onMove }: SwipeHandleProps) {
  const move = (to: number): void => {
    onMove(Math.max(0, Math.min(1, to)));
  };
  return (
    <div
      class="swipe-handle"
      role="slider"
      tabIndex={0}
      aria-label="Divider between input and map"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * at)}
      aria-valuetext={`the map begins at ${Math.round(100 * at)} %`}
      style={{ left: `${100 * at}%` }}
      onKeyDown={(event) => {
        const to = { ArrowLeft: at - STEP, ArrowRight: at + STEP, Home: 0, End: 1 }[event.key];
        if (to === undefined) return;
        // The picture below has other uses for these keys.
        event.stopPropagation();
        event.preventDefault();
        move(to);
      }}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const box = event.currentTarget.parentElement?.getBoundingClientRect();
        if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        event.stopPropagation();
        move((event.clientX - box.left) / box.width);
      }}
    />
  );
}
