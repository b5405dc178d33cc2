import { suite, type Callback, type Test } from 'uvu';
import { record } from '../test-runner/record.ts';
import { skipIf } from './skip.ts';

/** What the fixture needs of a GPU device; `Device` of the kernels package has it. */
export interface TestDevice {
  readonly gpu: GPUDevice;
  readonly isLost: boolean;
  readonly liveBuffers: number;
  dispose(): void;
}

/**
 * A uvu suite whose tests share one GPU device (`context.device`), for a top-level `await` of the test file. After each test
 * it is an error when the device reported a validation error or holds more buffers than before. Where there is no adapter
 * all tests are skipped with that reason.
 *
 * @param options.isShared whether other suites have the device as well: it is left open for them, and goes with the process
 */
export async function deviceSuite<D extends TestDevice>(
  name: string,
  request: () => Promise<D>,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<Test<{ device: D }>> {
  const device = await deviceOrReason(request);
  if (typeof device === 'string') {
    const test = suite<{ device: D }>(name);
    const skip = skipIf(test, device);
    return replaceDefine(test, (title, callback) => {
      record.gpu.skipped++;
      skip(title, callback);
    });
  }
  const test = suite(name, { device });
  if (!isShared) {
    test.after(() => {
      device.dispose();
    });
  }
  return replaceDefine(test, (title, callback) => {
    test(title, async (context) => {
      record.gpu.run++;
      await clean(device, () => callback(context));
    });
  });
}

async function deviceOrReason<D>(request: () => Promise<D>): Promise<D | string> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'no-adapter') return error.message;
    throw error;
  }
}

async function clean(device: TestDevice, run: () => Promise<void> | void): Promise<void> {
  const before = device.liveBuffers;
  device.gpu.pushErrorScope('validation');
  try {
    await run();
  } catch (error) {
    await device.gpu.popErrorScope();
    throw error;
  }
  const error = await device.gpu.popErrorScope();
  if (error !== null) throw new Error(`the device reported a validation error: ${error.message}`);
  if (device.liveBuffers !== before) {
    throw new Error(`${device.liveBuffers - before} GPU buffers were left alive`);
  }
}

/** The same suite with another way of defining its tests. */
function replaceDefine<T>(test: Test<T>, define: (title: string, callback: Callback<T>) => void): Test<T> {
  return Object.assign(define, test);
}
