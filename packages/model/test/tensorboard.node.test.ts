import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c as referenceCrc32c } from '@node-rs/crc32';
import protobuf from 'protobufjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openEventWriter } from '../src/index.ts';
import { crc32c } from '../src/tensorboard/crc32c.ts';

/** The parts of TensorFlow's definitions that a reader of scalars and texts needs. */
const definitions = `
  syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
  message Summary { message Value { string tag = 1; SummaryMetadata metadata = 9;
    oneof value { float simple_value = 2; TensorProto tensor = 8; } } repeated Value value = 1; }
  message SummaryMetadata { message PluginData { string plugin_name = 1; bytes content = 2; }
    PluginData plugin_data = 1; string display_name = 2; string summary_description = 3; int32 data_class = 4; }
  message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; repeated bytes string_val = 8; }
  message TensorShapeProto { message Dim { int64 size = 1; } repeated Dim dim = 2; bool unknown_rank = 3; }`;
const Event = protobuf.parse(definitions, { keepCase: true }).root.lookupType('Event');

const test = suite('TensorBoard event files');

test('CRC-32C equals another implementation', () => {
  assert.is(crc32c(new TextEncoder().encode('123456789')), 0xe306_9283);
  for (const length of [0, 1, 7, 64, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    assert.is(crc32c(bytes), referenceCrc32c(bytes));
  }
});

test('a file holds its version, scalars and texts, each record with its checksums', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  try {
    const writer = await openEventWriter(folder);
    await writer.text('settings', '# Möwe');
    await writer.scalars({ loss: 0.25, accuracy: 1 }, 3);
    await writer.scalars({ loss: 1e-3 }, 2 ** 33);
    assert.equal(await readdir(folder), [writer.name]);
    assert.match(writer.name, /^events\.out\.tfevents\.\d{10}\./);

    const events = readRecords(await readFile(join(folder, writer.name))).map(
      (record) => Event.toObject(Event.decode(record), { longs: Number, bytes: Array }) as ReadEvent,
    );
    assert.is(events.length, 4);
    assert.is(events[0]?.file_version, 'brain.Event:2');
    for (const { wall_time: time } of events) assert.ok(Math.abs(time - Date.now() / 1000) < 60);

    const [text] = events[1]?.summary?.value ?? [];
    assert.ok(text);
    assert.is(text.tag, 'settings');
    assert.equal(text.metadata, { plugin_data: { plugin_name: 'text' }, data_class: 2 });
    assert.equal(text.tensor, {
      dtype: 7,
      tensor_shape: {},
      string_val: [[...new TextEncoder().encode('# Möwe')]],
    });

    const [, , scalars, late] = events;
    assert.is(scalars?.step, 3);
    assert.equal(scalars?.summary?.value, [
      { tag: 'loss', simple_value: 0.25 },
      { tag: 'accuracy', simple_value: 1 },
    ]);
    assert.is(late?.step, 2 ** 33);
    assert.is(late?.summary?.value[0]?.simple_value, Math.fround(1e-3));
  } finally {
    await rm(folder, { recursive: true });
  }
});

interface ReadEvent {
  readonly wall_time: number;
  readonly step?: number;
  readonly file_version?: string;
  readonly summary?: {
    readonly value: { tag: string; simple_value?: number; tensor?: object; metadata?: object }[];
  };
}

/** Reads TFRecord framing by its definition, with another implementation of the checksum. */
function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.is(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)));
    assert.is(file.readUInt32LE(at + 12 + length), masked(data));
    records.push(data);
    at += length + 16;
  }
  return records;
}

function masked(bytes: Buffer): number {
  const crc = referenceCrc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

test.run();
