/** What a model file says about its use, beside the network itself. */
export interface ModelMetadata {
  /** One name for each class, in the order of the outputs. */
  readonly classNames?: readonly string[];
}

/** The parts of user-defined metadata this package understands; everything else is passed over. */
export function parseMetadata(value: unknown): ModelMetadata {
  if (typeof value !== 'object' || value === null || !('classNames' in value)) return {};
  const { classNames } = value;
  const valid = Array.isArray(classNames) && classNames.every((name) => typeof name === 'string');
  return valid ? { classNames: classNames } : {};
}
