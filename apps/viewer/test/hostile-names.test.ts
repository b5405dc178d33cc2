import { hostileNames, tagShapes } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderReport } from '../src/client/report.ts';
import { reduce } from '../src/state/reducer.ts';
import { shownAttribution } from '../src/state/selectors.ts';
import { initialState } from '../src/state/state.ts';
import { wantedCalls } from '../src/state/wanted-calls.ts';
import { explanation } from './support/answers.ts';

const NAMES = 100;

const test = suite('hostile names');

test('the saved report has the tags that it has with harmless names, and its numbers are JSON', () => {
  const harmless = tagShapes(reportWith('name'));
  for (const name of hostileNames(NAMES)) {
    const page = reportWith(name);
    const added = [...tagShapes(page)].filter((tag) => !harmless.has(tag));
    assert.equal(added, [], JSON.stringify(name));
    assert.not.match(page, /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    const [, href = ''] = /href="data:application\/json,([^"]*)"/.exec(page) ?? [];
    const numbers: unknown = JSON.parse(decodeURIComponent(href.replaceAll('&#39;', "'")));
    assert.ok(JSON.stringify(numbers).includes(JSON.stringify(name)), JSON.stringify(name));
  }
});

test.run();

/** A report with one name wherever a file can give one. */
function reportWith(name: string): string {
  const { model, input, run, ...more } = explanation(name);
  const begun = initialState('mnist1d');
  const wanted = wantedCalls(begun).explain;
  if (!wanted) throw new Error('this state wants no explanation');
  const state = reduce(begun, {
    kind: 'answered',
    slot: 'explain',
    key: wanted.key,
    result: {
      ...more,
      model: { ...model, name, output: name, outputs: [name], classNames: [name, name, name] },
      input: { ...input, name },
      run: { ...run, warnings: [name] },
    },
  });
  const shown = shownAttribution(state);
  if (!shown || !state.explained) throw new Error('nothing is shown');
  return renderReport(state, state.explained.result, shown);
}
