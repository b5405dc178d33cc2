/** Numbers below 2 as near to these as a half needs no more than its ten bits for. */
export function halved(values: Float32Array): Float32Array {
  return values.map((value) => Math.round(value * 1024) / 1024);
}
