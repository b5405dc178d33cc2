import type { ViewProps } from './app.tsx';
import { ClassList } from './class-list.tsx';
import { Notices } from './notices.tsx';
import { Stage } from './stage/stage.tsx';
import { Verdict } from './verdict.tsx';

/** The page inside another: the input with its map, the classes and the verdict, nothing else. */
export function EmbeddedApp({ isBusy, ...props }: ViewProps & { readonly isBusy: boolean }) {
  const whole = new URL(location.href);
  whole.searchParams.delete('embed');
  return (
    <div class="page embedded">
      <main class="layout" aria-busy={isBusy}>
        <h1 class="visually-hidden">Ablation-CAM viewer</h1>
        <section class="card look" aria-label="What it looked at">
          <Verdict state={props.state} />
          <Stage {...props} />
        </section>
        <section class="card decide" aria-label="What it decided">
          <ClassList {...props} />
          <p class="hint">
            <a href={whole.href} target="_blank" rel="noopener">
              Look closer in the viewer
            </a>
          </p>
        </section>
      </main>
      <Notices {...props} />
    </div>
  );
}
