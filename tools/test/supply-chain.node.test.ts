import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPackages, type Exception } from '../src/supply-chain/check-packages.ts';
import type { InstalledPackage } from '../src/supply-chain/installed-packages.ts';

const test = suite('the supply chain');

const TODAY = '2026-11-28';
const licenses = ['MIT', 'Apache-2.0'];

function installed(change: Partial<InstalledPackage>): InstalledPackage {
  return { name: 'a', version: '1.0.0', license: 'MIT', installScripts: [], ...change };
}

function complaints(own: Partial<InstalledPackage>, ...exceptions: Exception[]): string[] {
  return checkPackages([installed(own)], { licenses, exceptions }, TODAY);
}

const exception = { package: 'a', allows: 'GPL-3.0', reason: 'looked at', until: '2027-01-01' };

test('licenses are read as expressions', () => {
  for (const license of ['MIT', '(MIT OR GPL-3.0)', 'MIT AND Apache-2.0'])
    assert.equal(complaints({ license }), []);
  for (const license of ['GPL-3.0', 'MIT AND GPL-3.0', 'Unknown', '', 'SEE LICENSE IN x'])
    assert.match(complaints({ license }).join(), /^a 1\.0\.0 has the license ".*", which is not allowed\.$/);
});

test('what runs on installing is named', () => {
  assert.equal(complaints({ installScripts: ['install', 'postinstall'] }), [
    'a 1.0.0 runs a program when it is installed (install, postinstall).',
  ]);
  assert.equal(complaints({ installScripts: ['install'] }, { ...exception, allows: 'install script' }), []);
});

test('an exception is for one package and one thing, until a day, and not for nothing', () => {
  const license = 'GPL-3.0';
  assert.equal(complaints({ license }, exception), []);
  assert.equal(complaints({ license, name: 'a-linux-x64' }, { ...exception, package: 'a-*' }), []);
  assert.is(complaints({ license, name: 'b' }, exception).length, 2);
  assert.is(complaints({ license, installScripts: ['install'] }, exception).length, 1);
  assert.match(complaints({ license }, { ...exception, until: TODAY }).join(), /was made until 2026-11-28/);
  assert.match(complaints({}, exception).join(), /is needed by no package any more/);
  assert.equal(complaints({}, { ...exception, package: 'b-*' }), []);
});

test.run();
