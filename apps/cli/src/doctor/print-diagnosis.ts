import type { AdapterFacts, Diagnosis } from './diagnosis.ts';

/** A diagnosis as lines for people. */
export function diagnosisLines(diagnosis: Diagnosis): string[] {
  const { version, node, system, processor, cores, packages, lacks } = diagnosis;
  return [
    `ablation-cam ${version}, Node ${node}, ${system}`,
    `${processor}, ${cores} cores`,
    ...adapterLines(diagnosis),
    ...machineLines(diagnosis),
    'Packages',
    ...packages.map((own) => `  ${own.name}: ${own.version ?? 'not installed'}, for ${own.use}`),
    lacks.length === 0 ? 'Nothing is missing.' : 'Missing',
    ...lacks.map(({ what, remedy }) => `  ${what}${remedy === null ? '' : `\n    ${remedy}`}`),
  ];
}

function adapterLines({ adapter, absence }: Diagnosis): string[] {
  if (!adapter) return [absence ?? 'No WebGPU adapter was found.'];
  return [
    `${adapter.description} (${adapter.software ? 'software' : 'hardware'})`,
    `  vendor ${adapter.vendor}, architecture ${adapter.architecture}`,
    `  ${limitsText(adapter)}`,
    `  GPU timestamps: ${adapter.timestamps ? 'yes' : 'no'}`,
  ];
}

function limitsText({ maxBufferSize, maxStorageBufferBindingSize }: AdapterFacts): string {
  return `buffers up to ${mebibytes(maxBufferSize)}, bindings up to ${mebibytes(maxStorageBufferBindingSize)}`;
}

function machineLines({ onnxRuntime, places, keptAt }: Diagnosis): string[] {
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
