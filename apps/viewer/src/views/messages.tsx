import type { ViewProps } from './app.tsx';
import { Icon } from './icon.tsx';

/** What went wrong, or is worth knowing, in a sentence that can be put away. */
export function Messages({ state, dispatch }: ViewProps) {
  const { problem, notice } = state;
  return (
    <div class="messages" aria-live="polite">
      {problem && (
        <p class="message problem" role="alert">
          <span>{problem.message}</span>
          <CloseButton dispatch={dispatch} />
        </p>
      )}
      {notice && (
        <p class="message" role="status">
          <span>{notice}</span>
          <CloseButton dispatch={dispatch} />
        </p>
      )}
    </div>
  );
}

function CloseButton({ dispatch }: Pick<ViewProps, 'dispatch'>) {
  return (
    <button
      type="button"
      class="quiet"
      aria-label="Close this message"
      onClick={() => {
        dispatch({ kind: 'dismiss-problem' });
      }}
    >
      <Icon name="wrong" />
    </button>
  );
}
