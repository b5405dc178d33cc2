import type { ViewProps } from '../app.tsx';

/** Takes the eraser, or puts it away. */
export function EraseSwitch({ state, dispatch }: ViewProps) {
  const { isActive } = state.erasing;
  return (
    <button
      type="button"
      aria-pressed={isActive}
      onClick={() => {
        dispatch({ kind: 'choose-eraser', eraser: { isActive: !isActive } });
      }}
    >
      Erase a part
    </button>
  );
}
