import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  embeddedModel,
  loadLayersModel,
  modelFiles,
  sealedJson,
  sealState,
  useBackend,
  type NamedFile,
} from '../src/index.ts';
import mnist1d from '../weights/mnist1d/model.json';
import textures from '../weights/textures/model.json';
import { jsonFile, smallModelJson, smallModelWeights } from './support/model-json.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('checksums');

test.before(async () => {
  await useBackend('cpu');
});

const value = { name: 'a', numbers: [1, 2.5], nested: { text: 'ü}' } };

for (const layout of ['file', 'line'] as const) {
  test(`any changed byte of sealed JSON is noticed (${layout})`, async () => {
    const text = await sealedJson(value, layout);
    const { sha256, ...rest } = JSON.parse(text) as { sha256: string };
    assert.equal(rest, value);
    assert.match(sha256, /^[\da-f]{64}$/);
    assert.is(await sealState(text, layout), 'whole');
    const bytes = new TextEncoder().encode(text);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
      assert.is(await sealState(changed, layout), 'changed', `byte ${i}`);
    }
  });
}

test('what others wrote has no seal', async () => {
  for (const text of ['', '{}', JSON.stringify(value), `${JSON.stringify(value, null, 2)}\n`]) {
    assert.is(await sealState(text), 'none');
    assert.is(await sealState(text, 'line'), 'none');
  }
});

async function written(): Promise<readonly NamedFile[]> {
  const { model, dispose } = await loadLayersModel([jsonFile(smallModelJson()), smallModelWeights()]);
  const files = await modelFiles(model);
  dispose();
  return files;
}

test('a model that was written is read back, and refused by the name of the file after a change', async () => {
  const files = await written();
  (await loadLayersModel(files)).dispose();
  for (const file of files) {
    for (let i = 3; i < file.bytes.length; i += 61) {
      const bytes = Uint8Array.from(file.bytes);
      bytes[i] = (bytes[i] ?? 0) ^ 1;
      const changed = files.map((each) => (each === file ? { ...file, bytes } : each));
      const pattern = new RegExp(`${file.name}.* not as it was written: .*Fetch or copy it again`);
      await assertRefused(() => loadLayersModel(changed), 'invalid-file', pattern);
    }
  }
});

test('whoever changes a model on purpose takes the seal out', async () => {
  const [weights, topology] = await written();
  const { sha256: _, ...description } = JSON.parse(new TextDecoder().decode(topology?.bytes)) as Record<
    string,
    unknown
  >;
  const changed = { ...description, userDefinedMetadata: { classNames: ['x', 'y', 'z'] } };
  const { metadata, dispose } = await loadLayersModel([jsonFile(changed), ...(weights ? [weights] : [])]);
  dispose();
  assert.equal(metadata.classNames, ['x', 'y', 'z']);
});

test('a list of checksums that is no list, or of another length, is refused with its place', async () => {
  for (const sha256 of [7, [], ['a', 'b']]) {
    const description = smallModelJson();
    Object.assign(description.weightsManifest[0] ?? {}, { sha256 });
    await assertRefused(
      () => loadLayersModel([jsonFile(description), smallModelWeights()]),
      'invalid-file',
      /weightsManifest\[0\]/,
    );
  }
});

test('the models in this package have checksums', async () => {
  for (const { weightsManifest } of [mnist1d, textures])
    assert.match(weightsManifest[0]?.sha256[0] ?? '', /^[\da-f]{64}$/);
  for (const name of ['mnist1d', 'textures'] as const) (await embeddedModel(name)).dispose();
});

test.run();
