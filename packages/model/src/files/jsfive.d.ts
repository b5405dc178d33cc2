/** The parts of jsfive that are used here; it brings no types of its own. */
declare module 'jsfive' {
  export interface Dataset {
    readonly shape: number[];
    /** Numbers, or what the data type is made of. */
    readonly value: ArrayLike<number>;
  }

  export class Group {
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly keys: readonly string[];
    get(path: string): Group | Dataset;
  }

  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
}
