/** What the elements of an array are, as Zarr calls them. */
export type DataType = 'float16' | 'float32' | 'int32' | 'uint8' | 'string';

/** An array along samples: one row for each. */
export interface ArraySpec {
  /** Below the group, such as `ablation-cam/weights`. */
  readonly path: string;
  readonly type: DataType;
  /** Of one row; empty for one value a sample. */
  readonly shape: readonly number[];
  /** What the axes of a row are called. */
  readonly dimensions: readonly string[];
}

/** The numbers or texts of some rows, row-major. */
export type Rows = Float32Array | Int32Array | Uint8Array | string[];

/** What stands where nothing was written: no class, no number, no text. */
export function fillOf(type: DataType): number | string {
  switch (type) {
    case 'float16':
    case 'float32':
      return NaN;
    case 'int32':
      return -1;
    case 'uint8':
      return 0;
    case 'string':
      return '';
  }
}

/** Returns rows that are filled with what stands where nothing was written. */
export function emptyRows({ type, shape }: ArraySpec, count: number): Rows {
  const length = count * rowLength(shape);
  switch (type) {
    case 'float16':
    case 'float32':
      return new Float32Array(length).fill(NaN);
    case 'int32':
      return new Int32Array(length).fill(-1);
    case 'uint8':
      return new Uint8Array(length);
    case 'string':
      return Array<string>(length).fill('');
  }
}

/** Elements of a row. */
export function rowLength(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

const BYTES: Readonly<Record<DataType, number>> = { float16: 2, float32: 4, int32: 4, uint8: 1, string: 32 };

/** Returns the bytes of a row before it is compressed; a text is counted as one of middling length. */
export function rowBytes({ type, shape }: ArraySpec): number {
  return BYTES[type] * rowLength(shape);
}

/** Chunks are written in this order of bytes. */
export const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
