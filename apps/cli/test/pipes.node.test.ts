import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError, saveModel } from '@ablation-cam/model';
import { embeddedModel } from '@ablation-cam/xai';
import { assertRefused, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../src/errors.ts';
import { modelHash } from '../src/explain-set/run/identity.ts';
import { listSource } from '../src/explain-set/samples/list-source.ts';
import { openSource } from '../src/explain-set/samples/sample-source.ts';

const test = suite('files that are none');
const noPipes = process.platform === 'win32' ? 'Windows has no pipes and devices among files' : undefined;

skipIf(test, noPipes)(
  'pipes and devices among samples and beside a model are refused or passed over',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipes-'));
    execFileSync('mkfifo', [join(folder, 'pipe.npy')]);
    for (const source of [listSource(join(folder, 'list.csv')), await openSource(folder)]) {
      await assertRefused(
        () => source.bytesOf('pipe.npy'),
        ModelError,
        /is no file but a device or the like/,
      );
    }
    const loaded = await embeddedModel('mnist1d');
    const model = join(folder, 'model');
    await saveModel(loaded.model, model);
    const hash = await modelHash(model, loaded);
    await symlink('/dev/zero', join(model, 'endless.bin'));
    assert.is(await modelHash(model, loaded), hash);
    await assertRefused(
      () => modelHash('/dev/zero', loaded),
      CliError,
      /Cannot read \/dev\/zero: it is no file/,
    );
    loaded.dispose();
    await rm(folder, { recursive: true });
  },
);

test.run();
