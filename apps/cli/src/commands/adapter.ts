import type { AdapterDescription, Device } from '@ablation-cam/kernels';
import type { MachineDescription } from '@ablation-cam/xai';
import type { RegisterCommand } from '../command.ts';

interface AdapterFacts extends AdapterDescription {
  readonly timestamps: boolean;
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** `adapter`: what ablations can run on, and how fast that is. */
export const adapter: RegisterCommand = (program, { signal }) => {
  program
    .command('adapter')
    .description(
      'Tell what ablations can run on: the GPU adapter and its limits, ONNX Runtime, and how fast each way is without a graphics card.',
    )
    .option('--software', 'the software driver, also where there is hardware')
    .option('--json', 'print JSON only')
    .action(async ({ software, json }) => {
      const { KernelsError, requestDevice } = await import('@ablation-cam/kernels');
      const { describeMachine } = await import('@ablation-cam/xai');
      let device: Device | null = null;
      let absence: string | null = null;
      try {
        device = await requestDevice({ adapter: software ? 'software' : 'auto', signal });
      } catch (error) {
        if (software || !(error instanceof KernelsError) || error.code !== 'no-adapter') throw error;
        absence = error.message;
      }
      try {
        const facts = device && factsOf(device);
        const machine = await describeMachine();
        if (json) console.log(JSON.stringify({ adapter: facts, absence, ...machine }, null, 2));
        else
          for (const line of [...adapterLines(facts, absence), ...machineLines(machine)]) console.log(line);
      } finally {
        device?.dispose();
      }
    });
};

function factsOf({ adapter, hasTimestamps, limits }: Device): AdapterFacts {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  return { ...adapter, timestamps: hasTimestamps, maxBufferSize, maxStorageBufferBindingSize };
}

function adapterLines(facts: AdapterFacts | null, absence: string | null): string[] {
  if (!facts) return [absence ?? 'No WebGPU adapter was found.'];
  return [
    `${facts.description} (${facts.software ? 'software' : 'hardware'})`,
    `  vendor ${facts.vendor}, architecture ${facts.architecture}`,
    `  buffers up to ${mebibytes(facts.maxBufferSize)}, bindings up to ${mebibytes(facts.maxStorageBufferBindingSize)}`,
    `  GPU timestamps: ${facts.timestamps ? 'yes' : 'no'}`,
  ];
}

function machineLines({ onnxRuntime, places, keptAt }: MachineDescription): string[] {
  const { version, absence } = onnxRuntime;
  return [
    version === null
      ? `ONNX Runtime: none, ${absence ?? 'for an unknown reason'}`
      : `ONNX Runtime ${version}`,
    'Speed without a graphics card',
    ...places.map(({ place, speed, isMeasured, failure }) => {
      if (failure !== null) return `  ${place}: ${failure}`;
      const { operations, bytes, step, variant, score } = speed;
      const rates = `${millions(operations)} multiply-adds and ${millions(bytes)} bytes a ms`;
      const micros = `${microseconds(step)} a step, ${microseconds(variant)} a variant, ${microseconds(score)} a score`;
      return `  ${place}: ${rates}, ${micros}${isMeasured ? '' : ' (as is usual: the machine is too busy to measure, or ABLATION_CAM_SPEEDS says so)'}`;
    }),
    keptAt === null ? '  not kept' : `  kept in ${keptAt}; measured again when that is removed`,
  ];
}

function millions(count: number): string {
  return `${(count / 1e6).toPrecision(2)} million`;
}

function microseconds(ms: number): string {
  return `${(1000 * ms).toPrecision(2)} us`;
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
