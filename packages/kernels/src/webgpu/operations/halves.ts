import type { WeightValues } from '../../plan/weights.ts';

// Of a float32: eight bits of exponent above 23 of the significand, of which a half has the upper ten.
const CUT_BITS = 13;
const CUT = (1 << CUT_BITS) - 1;
const SIGNIFICAND_BITS = 23;
const WITHOUT_SIGN = 0x7fffffff;
/** Exponents as float32 has them, of the least and the largest weight that `areHalves` takes: 2^-24 and 2^5. */
const LEAST_EXPONENT = 127 - 24;
const LARGEST_EXPONENT = 127 + 5;
/** Between exponents of a weight and those of the half that stands for it, which is 2^10 times as large. */
const EXPONENT_SHIFT = 127 - 15 - 10;

/**
 * Whether each of the weights can be stored in 16 bits and comes back as it was, as those of a network that was published in
 * half precision. Stored is 2^10 times the weight, below 2^6, which leaves no subnormal half: devices may take those for 0.
 */
export function areHalves(values: WeightValues): values is Float32Array {
  if (!(values instanceof Float32Array)) return false;
  const bits = bitsOf(values);
  let halves = 0;
  // No callback: for each of a hundred million weights it takes several times as long.
  while (halves < bits.length && isHalf(bits[halves]!)) halves++;
  return halves === bits.length;
}

/** Writes weights of which `areHalves` holds to `packed`, from half `at` on; the first of a pair takes the lower bits. */
export function writeHalves(packed: Uint32Array, at: number, values: Float32Array): void {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    const place = at + i;
    packed[place >>> 1]! |= halfOf(bits[i]!) << (16 * (place & 1));
  }
}

function isHalf(bits: number): boolean {
  const size = bits & WITHOUT_SIGN;
  const exponent = size >>> SIGNIFICAND_BITS;
  return size === 0 || ((bits & CUT) === 0 && exponent >= LEAST_EXPONENT && exponent <= LARGEST_EXPONENT);
}

function halfOf(bits: number): number {
  const size = bits & WITHOUT_SIGN;
  const sign = (bits >>> 31) << 15;
  return size === 0 ? sign : sign | ((size - (EXPONENT_SHIFT << SIGNIFICAND_BITS)) >>> CUT_BITS);
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
