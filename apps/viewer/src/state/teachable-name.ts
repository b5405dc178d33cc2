/** What Teachable Machine calls every network that nobody has named. */
const UNNAMED = /^(tm-)?my-(image|audio|pose)-model$/i;

/**
 * Returns what a network of Teachable Machine is called, by its `metadata.json`: its own name, where somebody gave it one.
 *
 * @returns null for a file of another program
 */
export function teachableName(metadata: string): string | null {
  try {
    const value: unknown = JSON.parse(metadata);
    if (typeof value !== 'object' || value === null || !('tmVersion' in value)) return null;
    const name = 'modelName' in value && typeof value.modelName === 'string' ? value.modelName.trim() : '';
    return name === '' || isUnnamed(name) ? 'Teachable Machine' : name;
  } catch {
    // What is no JSON is refused where the network is opened.
    return null;
  }
}

/** Whether a network or its folder has the name that all have. */
export function isUnnamed(name: string): boolean {
  return UNNAMED.test(name);
}
