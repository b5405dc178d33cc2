import { makePoint, type Fault } from '../points.ts';

/** The part of ONNX Runtime that can fail. */
export interface SessionClass {
  create(...args: readonly unknown[]): Promise<object>;
}

const failure = (name: string, message: string): Fault => ({
  name,
  instead: () => Promise.reject(new Error(message)),
});

const FAULTS = [
  failure('out of memory', 'std::bad_alloc'),
  failure('runtime failure', 'Non-zero status code returned while running Conv node.'),
];

/** The sessions of ONNX Runtime that are alive. */
export class SessionCensus {
  #sessions = 0;

  /** Makes what can fail in ONNX Runtime a point; to be called once in a process. */
  constructor(sessions: SessionClass) {
    const seen = new WeakSet<object>();
    makePoint(
      sessions,
      'create',
      () => FAULTS,
      (_, created) => {
        void (created as Promise<object>).then((session) => {
          this.#sessions++;
          const prototype = Object.getPrototypeOf(session) as Record<'run' | 'release', () => unknown>;
          if (seen.has(prototype)) return;
          seen.add(prototype);
          makePoint(prototype, 'run', () => FAULTS);
          makePoint(
            prototype,
            'release',
            () => [],
            () => this.#sessions--,
          );
        });
      },
    );
  }

  get sessions(): number {
    return this.#sessions;
  }
}
