import { fileRole, mainFile } from '@ablation-cam/model';
import { isTextName } from '../state/is-text-name.ts';
import type { KnownContents } from '../state/sort-files.ts';
import type { SignalShape } from '../state/text-signal.ts';
import { teachableName } from '../state/teachable-name.ts';

/** So much of a text tells what it is, in bytes. */
const BEGINNING = 1 << 16;

/**
 * Looks into files for what their names do not tell: which texts are signals, and what a network of Teachable Machine is called.
 *
 * @param shape what the network that is open takes; null for none, or another one that comes along
 * @throws DOMException for a file that cannot be read
 */
export async function lookInto(files: readonly File[], shape: SignalShape | null): Promise<KnownContents> {
  const isNew = mainFile(files.filter(({ name }) => fileRole(name) === 'network')) !== undefined;
  const signals = new Set<File>();
  for (const file of files.filter(({ name }) => isTextName(name))) {
    const { kindOfText } = await import('../state/text-signal.ts');
    if (kindOfText(await beginningOf(file), isNew ? null : shape) === 'signal') signals.add(file);
  }
  const metadata = files.find(({ name }) => /^metadata\.json$/i.test(name));
  return {
    signals,
    networkName: metadata && isNew ? teachableName(await metadata.slice(0, BEGINNING).text()) : null,
  };
}

/** The beginning of a text without what is cut off at its end: whole lines or, of a single one, whole values. */
async function beginningOf(file: File): Promise<string> {
  const text = await file.slice(0, BEGINNING).text();
  if (file.size <= BEGINNING) return text;
  const last = (marks: readonly string[]): number => Math.max(...marks.map((mark) => text.lastIndexOf(mark)));
  const end = last(['\n']);
  return text.slice(0, end > 0 ? end : last([',', ';', '\t', ' ']));
}
