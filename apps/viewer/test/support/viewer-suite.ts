import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '@ablation-cam/model';
import { openSite, type OpenOptions, type ViewerPage, type ViewerSite } from './viewer-page.ts';

export interface ViewerSuite {
  readonly test: ReturnType<typeof suite>;
  /** The viewer that the tests of this suite look at. */
  readonly site: () => ViewerSite;
  /** Runs a test on a page of its own, which must not complain. */
  readonly onPage: (options: OpenOptions, run: (viewer: ViewerPage) => Promise<void>) => Promise<void>;
}

/**
 * A suite of tests that drive the viewer in a browser.
 *
 * @param extra arguments of the browser
 */
export function viewerSuite(name: string, extra: readonly string[] = []): ViewerSuite {
  const test = suite(name);
  let opened: ViewerSite | null = null;
  const site = (): ViewerSite => {
    if (!opened) throw new Error('the viewer is open only while tests run');
    return opened;
  };
  test.before(async () => {
    await useBackend('cpu');
    opened = await openSite(extra);
  });
  test.after(() => site().close());
  return {
    test,
    site,
    onPage: async (options, run) => {
      const viewer = await site().open(options);
      try {
        await run(viewer);
        assert.equal(viewer.complaints, []);
      } finally {
        await viewer.close();
      }
    },
  };
}
