import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, deviceSuite } from '@ablation-cam/tools/testing';
import { BufferUsage, KernelsError, requestDevice, wrapDevice, type Device } from '../src/index.ts';

const { storage, copySource, copyTarget } = BufferUsage;

const scale = {
  label: 'scale.wgsl',
  code: `
override factor: f32 = 1;
@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) { values[id.x] *= factor; }
}`,
};

const broken = { label: 'broken.wgsl', code: 'fn one() -> i32 {\n\treturn 1.5;\n}' };

async function failure(promise: Promise<unknown>): Promise<KernelsError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KernelsError)) throw new Error(`expected a KernelsError, got ${String(error)}`);
  return error;
}

async function scaled(device: Device, values: Float32Array, factor: number): Promise<Float32Array> {
  const buffer = device.uploadBuffer('values', values, storage | copySource);
  try {
    const pipeline = await device.pipeline(scale, { factor });
    await device.checked('scale', () => {
      const layout = pipeline.getBindGroupLayout(0);
      const bindings = device.gpu.createBindGroup({
        layout,
        entries: [{ binding: 0, resource: { buffer } }],
      });
      const encoder = device.gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(Math.ceil(values.length / 64));
      pass.end();
      device.gpu.queue.submit([encoder.finish()]);
    });
    return new Float32Array(await device.readBuffer(buffer));
  } finally {
    buffer.destroy();
  }
}

const test = await deviceSuite('device', () => requestDevice());

test('the adapter is described', ({ device }) => {
  const { adapter } = device;
  assert.type(adapter.vendor, 'string');
  assert.ok(adapter.description.length > 0);
  assert.type(adapter.software, 'boolean');
  assert.is(device.isLost, false);
});

test('the limits that large weights need are those of the adapter', ({ device }) => {
  assert.ok(device.limits.maxStorageBufferBindingSize >= 128 * 2 ** 20);
  assert.ok(device.limits.maxBufferSize >= device.limits.maxStorageBufferBindingSize);
});

test('a shader computes with the override it was given', async ({ device }) => {
  const values = Float32Array.from({ length: 131 }, (_, index) => index - 65);
  assertClose(
    await scaled(device, values, 3),
    values.map((value) => 3 * value),
    {},
  );
});

test('bytes are kept as they are through upload and read-back, padded to whole words', async ({ device }) => {
  const buffer = device.uploadBuffer('odd', Uint8Array.of(1, 2, 3, 4, 5), copySource);
  assert.is(buffer.size, 8);
  assert.equal(Array.from(new Uint8Array(await device.readBuffer(buffer))), [1, 2, 3, 4, 5, 0, 0, 0]);
  assert.equal(Array.from(new Uint8Array(await device.readBuffer(buffer, 4))), [5, 0, 0, 0]);
  buffer.destroy();
});

test('live buffers, bytes and their peak are counted; destroying twice counts once', ({ device }) => {
  const { liveBuffers, liveBytes } = device;
  device.resetPeak();
  const first = device.createBuffer({ label: 'first', byteLength: 1000, usage: storage });
  const second = device.createBuffer({ label: 'second', byteLength: 25, usage: storage });
  assert.is(device.liveBuffers, liveBuffers + 2);
  assert.is(device.liveBytes, liveBytes + 1028);
  first.destroy();
  first.destroy();
  second.destroy();
  assert.is(device.liveBuffers, liveBuffers);
  assert.is(device.liveBytes, liveBytes);
  assert.is(device.peakBytes, liveBytes + 1028);
  device.resetPeak();
  assert.is(device.peakBytes, liveBytes);
});

test('a pipeline is compiled once for a shader and its overrides, in whatever order they come', async ({
  device,
}) => {
  const code = scale.code.replace('override', 'override unused: u32 = 0; override');
  const shader = { label: 'scale two ways', code };
  const before = device.pipelineCount;
  const [first, second] = await Promise.all([
    device.pipeline(shader, { factor: 2, unused: 1 }),
    device.pipeline(shader, { unused: 1, factor: 2 }),
  ]);
  assert.is(first, second);
  assert.is(device.pipelineCount, before + 1);
  assert.is.not(await device.pipeline(shader, { factor: 3 }), first);
  assert.is(device.pipelineCount, before + 2);
});

test('a shader that does not compile is reported with message, line, column and source', async ({
  device,
}) => {
  const error = await failure(device.pipeline(broken));
  assert.is(error.code, 'gpu-validation');
  assert.match(error.message, /broken\.wgsl:2:9: .*\n {2}\treturn 1\.5;\n {2}\t {7}\^$/);
});

test('a failed compilation is not remembered', async ({ device }) => {
  const before = device.pipelineCount;
  assert.is.not(await failure(device.pipeline(broken)), await failure(device.pipeline(broken)));
  assert.is(device.pipelineCount, before);
});

test('a validation error becomes a KernelsError that begins with what was tried', async ({ device }) => {
  const buffer = device.createBuffer({ label: 'no source', byteLength: 16, usage: storage });
  const error = await failure(device.readBuffer(buffer));
  assert.is(error.code, 'gpu-validation');
  assert.match(error.message, /^read no source: /);
  buffer.destroy();
});

test('an error thrown while calling the GPU leaves no error scope behind', async ({ device }) => {
  const thrown = new RangeError('thrown by the caller');
  const error = await device
    .checked('nothing', () => {
      throw thrown;
    })
    .catch((reason: unknown) => reason);
  assert.is(error, thrown);
  assert.is(await device.checked('two', () => 2), 2);
});

test('a buffer past the limit is refused with both numbers', ({ device }) => {
  const byteLength = device.limits.maxBufferSize + 4;
  assert.throws(
    () => device.createBuffer({ label: 'weights', byteLength, usage: copyTarget }),
    (error: unknown) =>
      error instanceof KernelsError &&
      error.code === 'too-large' &&
      error.message.includes(String(byteLength)) &&
      error.message.includes(String(device.limits.maxBufferSize)),
  );
});

test('an empty buffer is refused', ({ device }) => {
  assert.throws(() => device.createBuffer({ label: 'none', byteLength: 0, usage: storage }), /positive size/);
});

test('what waits for a device fails with device-lost when it is lost, and so does what follows', async () => {
  const device = await requestDevice();
  const buffer = device.createBuffer({ label: 'x', byteLength: 16, usage: copySource });
  const pending = Promise.all([
    failure(device.readBuffer(buffer)),
    failure(device.settled(new Promise(() => undefined))),
    failure(device.pipeline({ ...scale, label: 'never compiled' }, { factor: 7 })),
  ]);
  device.gpu.destroy();
  for (const error of await pending) assert.is(error.code, 'device-lost');
  assert.is((await device.lost).code, 'device-lost');
  assert.is(device.isLost, true);
  assert.throws(
    () => device.createBuffer({ label: 'y', byteLength: 4, usage: storage }),
    /request a new device/,
  );
  assert.is((await failure(device.pipeline(scale))).code, 'device-lost');
});

test('after a loss the next request gives a device that works', async () => {
  const lost = await requestDevice();
  lost.gpu.destroy();
  await lost.lost;
  const device = await requestDevice();
  assertClose(await scaled(device, Float32Array.of(2), 4), [8], {});
  device.dispose();
});

test('200 devices in a row can be made and disposed of, twice each', async () => {
  for (let round = 0; round < 200; round++) {
    const device = await requestDevice();
    device.createBuffer({ label: 'left to the device', byteLength: 2 ** 20, usage: storage });
    device.dispose();
    device.dispose();
    assert.is(device.isLost, true);
  }
});

test('disposing of a wrapped device leaves the device to its owner', async ({ device }) => {
  const wrapped = await wrapDevice(device.gpu, {
    vendor: 'somebody',
    architecture: '',
    device: '',
    description: 'Microsoft Basic Render Driver',
  });
  assert.equal(wrapped.adapter, {
    vendor: 'somebody',
    architecture: '',
    description: 'Microsoft Basic Render Driver',
    software: true,
  });
  wrapped.dispose();
  assert.is(
    (await failure(wrapped.readBuffer(wrapped.gpu.createBuffer({ size: 4, usage: 4 })))).code,
    'device-lost',
  );
  assertClose(await scaled(device, Float32Array.of(2), 4), [8], {});
});

test.run();

const requests = suite('requestDevice');

requests('an aborted request is refused as aborted', async () => {
  const reason = new Error('stop');
  const error: unknown = await requestDevice({ signal: AbortSignal.abort(reason) }).catch(
    (thrown: unknown) => thrown,
  );
  assert.is(error, reason);
});

requests.run();
