import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel, readInput, useBackend } from '../src/index.ts';
import { jsonFile, smallModelJson, smallModelWeights } from './support/model-json.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';

const test = suite('where weights are read from');
const weights = smallModelWeights().bytes;
let folder = '';
let model = '';

test.before(async () => {
  await useBackend('cpu');
});

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablation-cam-paths-'));
  model = join(folder, 'model');
  await mkdir(join(model, 'below'), { recursive: true });
  await writeFile(join(folder, 'beside.bin'), weights);
});

test.after.each(() => rm(folder, { recursive: true }));

function description(path: string): Uint8Array {
  const json = smallModelJson();
  json.weightsManifest[0]!.paths = [path];
  return jsonFile(json).bytes;
}

async function load(path: string): Promise<void> {
  await writeFile(join(model, 'model.json'), description(path));
  (await loadModel(model)).dispose();
}

test('weights beside model.json and below are read, also through a link that stays', async () => {
  await writeFile(join(model, 'weights.bin'), weights);
  await writeFile(join(model, 'below', 'weights.bin'), weights);
  await symlink('below/weights.bin', join(model, 'link.bin'));
  for (const path of ['weights.bin', './weights.bin', 'below/weights.bin', 'link.bin']) await load(path);
});

test('a path that leads out of the folder is refused before anything is read', async () => {
  const ways = [
    '../beside.bin',
    'below/../../beside.bin',
    '/etc/passwd',
    '..\\beside.bin',
    '%2e%2e/beside.bin',
  ];
  for (const path of [
    ...ways,
    join(folder, 'beside.bin'),
    'C:\\windows\\x',
    'http://127.0.0.1/x',
    'file:///etc/passwd',
  ]) {
    await assertRefused(() => load(path), 'invalid-file', /lies outside the model's folder/);
  }
});

test('a link that leads out of the folder is refused', async () => {
  await symlink('../beside.bin', join(model, 'weights.bin'));
  await assertRefused(
    () => load('weights.bin'),
    'invalid-file',
    /is a link to a file outside the model's folder/,
  );
  await symlink('..', join(model, 'up'));
  await assertRefused(() => load('up/beside.bin'), 'invalid-file', /is a link to a file outside/);
});

test('a device, a pipe, a folder and a circle of links are refused at once', async () => {
  await symlink('/dev/zero', join(model, 'zero'));
  await assertRefused(() => load('zero'), 'invalid-file', /outside the model's folder/);
  await assertRefused(() => loadModel('/dev/zero'), 'invalid-file', /no file but a device/);
  execFileSync('mkfifo', [join(model, 'pipe')]);
  await assertRefused(() => load('pipe'), 'invalid-file', /no file but a device or the like/);
  await assertRefused(() => load('below'), 'not-found', /it is a folder/);
  await symlink('circle', join(model, 'circle'));
  await assertRefused(() => load('circle'), 'not-found', /links lead in a circle/);
  await assertRefused(() => load('a\0b'), 'not-found', /Cannot read/);
});

test('an input from a pipe is read to its end', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const npy =
    "\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }".padEnd(127) +
    '\n\x01\x02';
  const written = writeFile(pipe, Buffer.from(npy, 'latin1'));
  const { data } = await readInput(pipe, { shape: [2] });
  await written;
  assert.equal([...data], [1, 2]);
});

test('a weight file with a byte more than the manifest says is not read', async () => {
  await writeFile(join(model, 'weights.bin'), new Uint8Array(weights.length + 1));
  await assertRefused(
    () => load('weights.bin'),
    'invalid-file',
    /weights\.bin \(509 bytes\) has more than 508 bytes, all that the weightsManifest still describes/,
  );
});

/** Answers with what a path leads to, and counts. */
async function served(
  files: Readonly<Record<string, Uint8Array>>,
  work: (url: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const body = files[url];
    if (url === '/model/endless.bin') {
      const more = (): void => {
        while (response.writable && response.write(new Uint8Array(2 ** 16)));
      };
      response.on('drain', more);
      more();
      return;
    }
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/model/model.json`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('over HTTP, weights come from the same directory or below', async () => {
  const at = (path: string): Readonly<Record<string, Uint8Array>> => ({
    '/model/model.json': description(path),
    '/model/below/weights.bin': weights,
    '/beside.bin': weights,
  });
  await served(at('below/weights.bin'), async (url) => {
    (await loadModel(url)).dispose();
  });
  for (const path of [
    '../beside.bin',
    '/beside.bin',
    '//127.0.0.1:1/x',
    'http://127.0.0.1:1/model/x',
    '%2e%2e/beside.bin',
  ]) {
    await served(at(path), async (url, asked) => {
      await assertRefused(() => loadModel(url), 'invalid-file', /lies outside the model's folder/);
      assert.equal(asked, ['/model/model.json']);
    });
  }
});

test('over HTTP, an answer without end is given up where the manifest ends', () =>
  served({ '/model/model.json': description('endless.bin') }, async (url) => {
    await assertRefused(() => loadModel(url), 'invalid-file', /has more than 508 bytes/);
  }));

test('loading ends when somebody has enough of it, also while a server answers without end', () =>
  served({ '/model/model.json': description('endless.bin') }, async (url) => {
    const aborted = new AbortController();
    aborted.abort();
    await assertAborted(() => loadModel(url, { signal: aborted.signal }), aborted.signal);
    const controller = new AbortController();
    const json = smallModelJson();
    json.weightsManifest[0]!.paths = ['endless.bin'];
    // Texts may be of any length, so that the answer is read on.
    json.weightsManifest[0]!.weights.push({ name: 'text', shape: [1], dtype: 'string' });
    await served({ '/model/model.json': jsonFile(json).bytes }, async (other) => {
      const loading = loadModel(other, { signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 50);
      await assertAborted(() => loading, controller.signal);
    });
  }));

test('a model in a data: URL has no folder', async () => {
  const url = `data:application/json;base64,${Buffer.from(description('weights.bin')).toString('base64')}`;
  await assertRefused(() => loadModel(url), 'invalid-file', /lies outside the model's folder/);
  await assertRefused(() => loadModel('http://'), 'not-found', /is no address/);
});

test.run();
