import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeNpy, readClassNames, readInput } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('reading inputs from files');
const { path, missing } = shared();

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'read-input-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('paths and file URLs are read, and give the name', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'ramp.npy');
    await writeFile(file, encodeNpy(Float32Array.of(1, 2, 3)));
    for (const source of [file, pathToFileURL(file), pathToFileURL(file).href]) {
      const input = await readInput(source, { shape: [3, 1] });
      assert.equal([input.data, input.name], [Float32Array.of(1, 2, 3), 'ramp.npy']);
    }
  }));

test('what cannot be read is named', () =>
  inFolder(async (folder) => {
    const read = (source: string) => () => readInput(source, { shape: [3, 1] });
    await assertRefused(read(join(folder, 'absent.npy')), 'not-found', /absent\.npy.*no such file/);
    await assertRefused(read(folder), 'not-found', /folder/);
    await assertRefused(() => readClassNames(join(folder, 'labels.txt')), 'not-found', /labels\.txt/);
  }));

test('an address is fetched, and what the server refuses is named', async () => {
  const bytes = encodeNpy(Float32Array.of(4, 5, 6));
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/data/ramp.npy?version=2' ? 200 : 404;
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const input = await readInput(`${origin}/data/ramp.npy?version=2`, { shape: [3, 1] });
    assert.equal([input.data, input.name], [Float32Array.of(4, 5, 6), 'ramp.npy']);
    await assertRefused(
      () => readInput(`${origin}/x`, { shape: [3, 1] }),
      'not-found',
      /\/x: the server answered 404/,
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await assertRefused(() => readInput(`${origin}/x`, { shape: [3, 1] }), 'not-found', /Cannot fetch/);
});

skipIf(test, missing)('HMT images at 224 x 224 are the reference images, bit for bit', async () => {
  const root = path ?? '';
  const references = join(root, 'reference', 'images');
  const classFolders = await readdir(join(root, 'data', 'hmt', 'test'));
  let compared = 0;
  for (const reference of await readdir(references)) {
    const [, classNumber = '', id = ''] = /^(\d+)-[a-z]+-(.+)\.png$/.exec(reference) ?? [];
    const classFolder = classFolders.find((folder) => folder.startsWith(`${classNumber}_`)) ?? '';
    const folder = join(root, 'data', 'hmt', 'test', classFolder);
    const source = (await readdir(folder)).find((file) => file.startsWith(`${id}_`));
    // One reference has an abbreviated name that says which class it is, not which file.
    if (source === undefined) continue;
    const resized = await readInput(join(folder, source), { shape: [224, 224, 3] });
    const expected = await readInput(await readFile(join(references, reference)), { shape: [224, 224, 3] });
    assert.equal([expected.original?.width, resized.original?.width], [224, 150]);
    assert.equal(resized.data, expected.data, reference);
    compared++;
  }
  assert.ok(compared >= 7, `${compared} images compared`);
});

test.run();
