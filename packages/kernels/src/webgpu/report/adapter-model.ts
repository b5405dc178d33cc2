/** The GPUs that estimates are made for. */
export type AdapterModelName = 'integrated' | 'desktop' | 'datacenter';

/** What the threads and workgroups on a core share. */
export interface CoreResources {
  readonly threads: number;
  readonly workgroups: number;
  /** Of 32 bits. */
  readonly registers: number;
  readonly workgroupBytes: number;
}

/** A GPU in numbers, from which the time of a dispatch is estimated. */
export interface AdapterModel {
  readonly name: AdapterModelName;
  /** The GPU that the numbers are those of. */
  readonly title: string;
  /** What runs workgroups: streaming multiprocessors, sub-slices. */
  readonly cores: number;
  /** Float32 lanes of all cores together. */
  readonly lanes: number;
  /** What a core holds at a time at most, and what threads and workgroups share of it. */
  readonly ofCore: CoreResources;
  /** Float32, a multiply-add being two operations. */
  readonly gigaflops: number;
  /** Of its memory. */
  readonly gigabytesPerSecond: number;
  /** From the end of a dispatch to the beginning of one that reads what it wrote. */
  readonly launchMicroseconds: number;
  /** From a submission to what it gives being mapped on the host, besides what it computes. */
  readonly roundTripMicroseconds: number;
  /** Of the way back to the host. */
  readonly readBackGigabytesPerSecond: number;
  /** What a turn of a loop takes whose loads miss the nearest cache, four of them on the way together. */
  readonly turnNanoseconds: number;
}

/**
 * Typical figures. Cores, lanes, operations and bandwidth are those that vendors state: Intel ARK (Core i7-1165G7 with Iris Xe,
 * 96 execution units at 1.3 GHz, LPDDR4x-4267), NVIDIA (GeForce RTX 3060: 28 multiprocessors, 1.78 GHz, GDDR6 of 192 bits;
 * H200 SXM data sheet: 132 multiprocessors, HBM3e). What a core holds: CUDA C++ Programming Guide, "Technical specifications per
 * compute capability", 8.6 and 9.0; Intel oneAPI GPU Optimization Guide, Xe-LP (here half of a dual sub-slice, 16 lanes a thread).
 * Latencies are orders of magnitude: second-level cache and memory answer
 * after 150 to 600 ns (Jia et al. 2018, "Dissecting the NVIDIA Volta GPU architecture via microbenchmarking", and later
 * measurements of that kind), kernels follow each other after some microseconds.
 */
export const ADAPTER_MODELS: Readonly<Record<AdapterModelName, AdapterModel>> = {
  integrated: {
    name: 'integrated',
    title: 'Intel Iris Xe',
    cores: 12,
    lanes: 768,
    ofCore: { threads: 896, workgroups: 16, registers: 57_344, workgroupBytes: 65_536 },
    gigaflops: 2000,
    gigabytesPerSecond: 68,
    launchMicroseconds: 8,
    roundTripMicroseconds: 200,
    readBackGigabytesPerSecond: 10,
    turnNanoseconds: 80,
  },
  desktop: {
    name: 'desktop',
    title: 'NVIDIA GeForce RTX 3060',
    cores: 28,
    lanes: 3584,
    ofCore: { threads: 1536, workgroups: 16, registers: 65_536, workgroupBytes: 102_400 },
    gigaflops: 12_700,
    gigabytesPerSecond: 360,
    launchMicroseconds: 5,
    roundTripMicroseconds: 150,
    readBackGigabytesPerSecond: 12,
    turnNanoseconds: 50,
  },
  datacenter: {
    name: 'datacenter',
    title: 'NVIDIA H200',
    cores: 132,
    lanes: 16_896,
    ofCore: { threads: 2048, workgroups: 32, registers: 65_536, workgroupBytes: 233_472 },
    gigaflops: 67_000,
    gigabytesPerSecond: 4800,
    launchMicroseconds: 4,
    roundTripMicroseconds: 100,
    readBackGigabytesPerSecond: 25,
    turnNanoseconds: 50,
  },
};
