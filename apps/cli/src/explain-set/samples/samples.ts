/** A sample as its source lists it. */
export interface Entry {
  /** What the source knows it by: a path, or an index. */
  readonly source: string;
  /** The true class, by name or index; null where nobody says. */
  readonly label: string | number | null;
  /** Tells files apart that were changed under the same name; 0 where there are none. */
  readonly bytes: number;
  /** When the file was changed last, in any way, in milliseconds since 1970; 0 where there is none. */
  readonly changed: number;
}

/** The samples of a source, in an order that is the same everywhere. */
export interface SampleList {
  readonly entries: readonly Entry[];
  /** What else says what the samples are, such as the seed of generated ones. */
  readonly identity: string;
  /** The names that labels are given by; null where they are indices, or there are none. */
  readonly labelNames: readonly string[] | null;
}

/** Where the samples of a set are. */
export interface SampleSource {
  /** @throws CliError where something cannot be read */
  list(): Promise<SampleList>;
  /** Returns what `readInput` reads a sample from, a file or what one would hold. @throws ModelError, CliError */
  bytesOf(source: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The names among labels, in the order of their code units; null where there is none. */
export function labelNames(entries: readonly Entry[]): string[] | null {
  const names = new Set(entries.flatMap(({ label }) => (typeof label === 'string' ? label : [])));
  return names.size > 0 ? [...names].sort((a, b) => (a < b ? -1 : 1)) : null;
}
