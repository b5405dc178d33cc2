import { useEffect, useRef, useState } from 'preact/hooks';
import { giveFiles } from '../client/give-files.ts';
import { plainFiles } from '../client/given-files.ts';
import { elsewhere, fetchLinked, type LinkedFiles } from '../client/linked-files.ts';
import type { ViewProps } from './app.tsx';
import { megabytes } from './format.ts';

interface Progress {
  readonly name: string;
  readonly bytes: number;
  readonly total: number | null;
}

/** Fetches what the address of the page names; from other servers only when its user agrees. */
export function LinkedFilesQuestion({
  state,
  dispatch,
  linked,
  onDone,
}: ViewProps & { readonly linked: LinkedFiles; readonly onDone: () => void }) {
  const servers = elsewhere(linked);
  const [progress, setProgress] = useState<Progress | null>(null);
  const controller = useRef<AbortController | null>(null);
  const latest = useRef(state);
  latest.current = state;
  const start = (): void => {
    const begun = new AbortController();
    controller.current = begun;
    setProgress({ name: 'the files', bytes: 0, total: null });
    fetchLinked(linked, begun.signal, (name, bytes, total) => {
      setProgress({ name, bytes, total });
    })
      .then(
        (files) => {
          giveFiles(latest.current, dispatch, plainFiles(files));
        },
        (error: unknown) => {
          if (begun.signal.aborted) return;
          dispatch({ kind: 'report', message: error instanceof Error ? error.message : String(error) });
        },
      )
      .finally(onDone);
  };
  useEffect(() => {
    if (servers.length === 0) start();
    return () => controller.current?.abort();
  }, []);
  if (progress === null && servers.length > 0) {
    return (
      <div class="message question" role="region" aria-label="A question">
        <p>
          This address asks for {namesOf(linked)} from <b>{servers.join(' and ')}</b>. That server learns that
          you fetch it; what is explained stays on this machine. Fetch it?
        </p>
        <div class="buttons">
          <button type="button" class="primary" onClick={start}>
            Fetch
          </button>
          <button type="button" onClick={onDone}>
            No
          </button>
        </div>
      </div>
    );
  }
  const { name, bytes, total } = progress ?? { name: 'the files', bytes: 0, total: null };
  return (
    <div class="message" role="status">
      <label class="fetching">
        <span>
          Fetching {name}: {megabytes(bytes)}
          {total !== null && ` of ${megabytes(total)}`}
        </span>
        {total === null ? <progress /> : <progress value={bytes} max={total} />}
      </label>
      <button
        type="button"
        onClick={() => {
          controller.current?.abort();
          onDone();
        }}
      >
        Cancel
      </button>
    </div>
  );
}

function namesOf({ model, image }: LinkedFiles): string {
  const names = [model, image].flatMap((url) => (url ? (url.pathname.split('/').at(-1) ?? url.href) : []));
  return names.join(' and ');
}
