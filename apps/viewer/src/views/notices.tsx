import type { ViewProps } from './app.tsx';
import { JobBar } from './job-bar.tsx';
import { Messages } from './messages.tsx';

/** What comes and goes lies over the foot of the window, so that nothing of the page moves; last, as it is last to be seen. */
export function Notices(props: ViewProps) {
  return (
    <div class="notices">
      <Messages {...props} />
      <JobBar {...props} />
    </div>
  );
}
