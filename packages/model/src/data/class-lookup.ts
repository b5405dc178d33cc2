/**
 * Returns what finds the class that a folder or a label names: by its name, or by that without a number in front and whatever
 * its case (`01_TUMOR` for `tumor`), where only one class has it; else -1.
 */
export function classLookup(classNames: readonly string[]): (label: string) => number {
  const exact = new Map<string, number>();
  const alike = new Map<string, number>();
  classNames.forEach((name, k) => {
    if (!exact.has(name)) exact.set(name, k);
    const plain = plainName(name);
    alike.set(plain, alike.has(plain) ? -1 : k);
  });
  return (label) => exact.get(label) ?? alike.get(plainName(label)) ?? -1;
}

function plainName(name: string): string {
  return name.replace(/^\d+[\s._-]+/, '').toLowerCase();
}
