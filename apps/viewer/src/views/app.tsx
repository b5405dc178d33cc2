import { useEffect, useState } from 'preact/hooks';
import type { LinkedFiles } from '../client/linked-files.ts';
import type { Store } from '../client/store.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import type { ViewerState } from '../state/state.ts';
import { isExplained } from '../state/wanted-calls.ts';
import { About } from './about.tsx';
import { ChoosePanel } from './choose-panel.tsx';
import { ClassList } from './class-list.tsx';
import { DisplayControls } from './stage/display-controls.tsx';
import { DropTarget } from './drop-target.tsx';
import { ExpertSwitch } from './expert-switch.tsx';
import { LayerList } from './layer-list.tsx';
import { LowerPanel } from './lower-panel.tsx';
import { Notices } from './notices.tsx';
import { onDemand } from './on-demand.tsx';
import { PictureFit } from './picture-fit.tsx';
import { SaveButtons } from './save-buttons.tsx';
import { Settings } from './settings.tsx';
import { Stage } from './stage/stage.tsx';
import { Status } from './status.tsx';
import { TourButton } from './tour-button.tsx';
import { Verdict } from './verdict.tsx';

export interface ViewProps {
  readonly state: ViewerState;
  readonly dispatch: Store['dispatch'];
}

const EmbeddedApp = onDemand(async () => (await import('./embedded-app.tsx')).EmbeddedApp);
const LinkedFilesQuestion = onDemand(
  async () => (await import('./linked-files-question.tsx')).LinkedFilesQuestion,
);
const TourCard = onDemand(async () => (await import('./tour-card.tsx')).TourCard);
const ResultsPanel = onDemand(async () => (await import('./results-panel.tsx')).ResultsPanel);
const WallPanel = onDemand(async () => (await import('./wall.tsx')).WallPanel);

export interface AppProps {
  readonly store: Store;
  readonly available: readonly BuiltInName[];
  /** Whether another page shows it in a frame. */
  readonly isEmbedded: boolean;
  /** Files that the address asks for. */
  readonly asked: LinkedFiles | null;
}

/** The whole page. */
export function App({ store, available, isEmbedded, asked }: AppProps) {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(setState);
  }, [store]);
  const props: ViewProps = { state, dispatch: store.dispatch };
  const isBusy = state.input !== null && !isExplained(state);
  const [linked, setLinked] = useState(asked);
  const asking = linked && (
    <LinkedFilesQuestion
      {...props}
      linked={linked}
      onDone={() => {
        setLinked(null);
      }}
    />
  );
  if (isEmbedded) {
    return linked ? <main class="page embedded">{asking}</main> : <EmbeddedApp {...props} isBusy={isBusy} />;
  }
  return (
    <DropTarget {...props}>
      <a
        class="skip"
        href="#look-title"
        onClick={(event) => {
          // The address holds what is shown, and stays.
          event.preventDefault();
          document.querySelector<HTMLElement>('#look-title')?.focus();
        }}
      >
        Skip to the explained picture
      </a>
      <header>
        <div class="top">
          <h1>Ablation-CAM viewer</h1>
          <p class="tagline">
            What did the network look at? Its channels are switched off one by one to see what the answer
            needs.
          </p>
          <TourButton {...props} />
          <ExpertSwitch {...props} />
        </div>
        <div class="intro">
          <About isExpert={state.isExpert} />
          <Status state={state} />
        </div>
      </header>
      {asking && <div class="asking">{asking}</div>}
      <main class={state.display.large ? 'layout large' : 'layout'} aria-busy={isBusy}>
        <ChoosePanel {...props} available={available} />
        <section class="card look" aria-labelledby="look-title">
          <h2 id="look-title" tabIndex={-1}>
            What it looked at
          </h2>
          <Verdict state={state} />
          <Stage {...props} />
          <PictureFit {...props} />
          <DisplayControls {...props} />
          <SaveButtons {...props} />
        </section>
        <section class="card decide" aria-labelledby="decide-title">
          <h2 id="decide-title">What it decided</h2>
          <ClassList {...props} />
          <Settings {...props} />
        </section>
        <LayerList {...props} />
        {state.wall && <WallPanel {...props} />}
        {state.results && <ResultsPanel {...props} />}
        <LowerPanel {...props} />
      </main>
      {state.tour && <TourCard {...props} />}
      <Notices {...props} />
    </DropTarget>
  );
}
