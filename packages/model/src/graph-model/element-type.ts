import type { ElementType } from '../nodes/constant-tensor.ts';

/** The kind of numbers behind one of TensorFlow's types, or null for text, complex numbers and handles. */
export function elementTypeOf(type: string | null): ElementType | null {
  if (type === null) return null;
  if (/^(DT_FLOAT|DT_DOUBLE|DT_HALF|DT_BFLOAT16|float32)$/.test(type)) return 'float';
  if (/^(DT_U?INT\d+|int32)$/.test(type)) return 'integer';
  return /^(DT_BOOL|bool)$/.test(type) ? 'boolean' : null;
}
