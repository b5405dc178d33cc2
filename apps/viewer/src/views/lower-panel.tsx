import type { FunctionComponent } from 'preact';
import type { PanelName } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { LivePanel } from './live-panel.tsx';
import { onDemand } from './on-demand.tsx';

// The first picture is not to wait for what is looked at after it.
const ChannelsPanel = onDemand(async () => (await import('./channels-panel.tsx')).ChannelsPanel);
const ComparePanel = onDemand(async () => (await import('./compare-panel.tsx')).ComparePanel);
const MethodsPanel = onDemand(async () => (await import('./methods-panel.tsx')).MethodsPanel);
const NumbersPanel = onDemand(async () => (await import('./numbers-panel.tsx')).NumbersPanel);
const RacePanel = onDemand(async () => (await import('./race-panel.tsx')).RacePanel);

const PANELS: readonly {
  readonly name: PanelName;
  readonly title: string;
  readonly View: FunctionComponent<ViewProps>;
  readonly isForExperts?: true;
}[] = [
  { name: 'channels', title: 'Channels', View: ChannelsPanel },
  { name: 'methods', title: 'Methods', View: MethodsPanel },
  { name: 'compare', title: 'Compare', View: ComparePanel },
  { name: 'race', title: 'Race', View: RacePanel },
  { name: 'live', title: 'Live', View: LivePanel },
  { name: 'numbers', title: 'Numbers', View: NumbersPanel, isForExperts: true },
];

/** Looking closer, one way at a time. */
export function LowerPanel({ state, dispatch }: ViewProps) {
  const panels = PANELS.filter(({ isForExperts }) => state.isExpert || !isForExperts);
  const index = panels.findIndex(({ name }) => name === state.panel);
  const { name, View } = panels[index] ?? { name: 'channels', View: ChannelsPanel };
  const open = (position: number, list: HTMLElement): void => {
    const panel = panels[(position + panels.length) % panels.length];
    if (!panel) return;
    dispatch({ kind: 'open-panel', panel: panel.name });
    list.querySelector<HTMLElement>(`#tab-${panel.name}`)?.focus();
  };
  return (
    <section class="card lower" aria-label="Looking closer">
      <div
        class="tabs"
        role="tablist"
        aria-label="Looking closer"
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') open(index + 1, event.currentTarget);
          if (event.key === 'ArrowLeft') open(index - 1, event.currentTarget);
        }}
      >
        {panels.map((panel) => (
          <button
            type="button"
            role="tab"
            key={panel.name}
            id={`tab-${panel.name}`}
            aria-selected={panel.name === name}
            aria-controls="lower-panel"
            tabIndex={panel.name === name ? 0 : -1}
            onClick={() => {
              dispatch({ kind: 'open-panel', panel: panel.name });
            }}
          >
            {panel.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="lower-panel" aria-labelledby={`tab-${name}`}>
        <View state={state} dispatch={dispatch} />
      </div>
    </section>
  );
}
