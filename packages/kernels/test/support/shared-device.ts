import { requestDevice, type Device } from '../../src/index.ts';

let device: Promise<Device> | undefined;

/** One device for the suites of a run, so that each pipeline is compiled once; for `deviceSuite` with `isShared`. */
export function sharedDevice(): Promise<Device> {
  device ??= requestDevice();
  return device;
}
