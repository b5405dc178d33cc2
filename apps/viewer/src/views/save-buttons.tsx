import { linkLoss, linkOf } from '../state/link.ts';
import { isKeepable } from '../state/wanted-calls.ts';
import type { ViewProps } from './app.tsx';

/** Keeping what is shown. */
export function SaveButtons({ state, dispatch }: ViewProps) {
  const isReady = isKeepable(state);
  const link = linkOf(state);
  const kept = (work: Promise<string>): void => {
    work.then(
      (message) => {
        dispatch({ kind: 'notify', message });
      },
      (error: unknown) => {
        dispatch({ kind: 'report', message: error instanceof Error ? error.message : String(error) });
      },
    );
  };
  return (
    <div class="buttons">
      <button
        type="button"
        disabled={!isReady}
        onClick={() => {
          kept(import('../client/download.ts').then((download) => download.downloadPicture(state)));
        }}
      >
        Save picture
      </button>
      <button
        type="button"
        disabled={!isReady}
        onClick={() => {
          kept(import('../client/download.ts').then((download) => download.downloadJson(state)));
        }}
      >
        Save numbers
      </button>
      <button
        type="button"
        disabled={!isReady}
        title="One HTML page that needs nothing else"
        onClick={() => {
          kept(import('../client/download.ts').then((download) => download.downloadReport(state)));
        }}
      >
        Save report
      </button>
      <button
        type="button"
        disabled={link === null}
        title="An address that shows exactly this"
        onClick={() => {
          kept(copyLink(link ?? '', linkLoss(state)));
        }}
      >
        Copy link
      </button>
      {link === null && isReady && <span class="hint">A link cannot hold inputs of your own.</span>}
    </div>
  );
}

/** @param loss what the link leaves out */
async function copyLink(link: string, loss: string | null): Promise<string> {
  const address = new URL(`#${link}`, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    return loss === null
      ? 'The link was copied. It opens exactly this view.'
      : `The link was copied. It opens this view, but ${loss}.`;
  } catch (cause) {
    throw new Error(`The browser does not let this page copy. The link is in its address bar: ${address}`, {
      cause,
    });
  }
}
