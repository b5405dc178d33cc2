import { appendToFile } from '#platform';
import { encodeEvent, type LogEvent } from './encode-event.ts';
import { frameRecord } from './tf-record.ts';

/** Writes one event file; every call appends at once, so that TensorBoard sees a training while it runs. */
export interface EventWriter {
  /** The file's name in its folder. */
  readonly name: string;
  /** Several curves at one step. @throws ModelError `write-failed`. */
  scalars(values: Readonly<Record<string, number>>, step: number): Promise<void>;
  /** Markdown under the tab "Text". @throws ModelError `write-failed`. */
  text(tag: string, markdown: string): Promise<void>;
}

/**
 * Starts an event file in `folder` (Node), which TensorBoard shows as a run of the folder's name. A resumed training
 * starts a second file beside the first; TensorBoard reads them as one run.
 *
 * @throws ModelError `write-failed`.
 */
export async function openEventWriter(folder: string): Promise<EventWriter> {
  // The time and 32 random bits keep two files of one folder apart.
  const random = Math.floor(Math.random() * 2 ** 32).toString(16);
  const name = `events.out.tfevents.${Math.floor(now())}.${random}`;
  const append = (event: LogEvent): Promise<void> =>
    appendToFile(folder, name, frameRecord(encodeEvent(event)));
  await append({ kind: 'version', wallTime: now() });
  return {
    name,
    scalars: (values, step) => append({ kind: 'scalars', wallTime: now(), step, values }),
    text: (tag, markdown) => append({ kind: 'text', wallTime: now(), step: 0, tag, text: markdown }),
  };
}

function now(): number {
  return Date.now() / 1000;
}
