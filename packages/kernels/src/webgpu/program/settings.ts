import { ablationValues } from '../ablation-values.ts';
import { chunkClasses } from '../class-table.ts';
import { floats } from '../launch/buffer-spec.ts';
import type { RunSettings, Setting } from './chunk-program.ts';

/** The ablation values, `[channels]` or `[inputs, channels]`; null where means of channels are taken. */
export function offSetting({ inputs, off }: RunSettings, channels: number): Setting | null {
  if (off === 'mean') return null;
  return {
    spec: floats('ablation values', (off === 'channel-and-input' ? inputs : 1) * channels),
    contents: (input, chunk) => {
      const { values } = ablationValues(input.ablation, channels, chunk);
      if (!values) throw new RangeError('A program for given ablation values runs with means of channels.');
      return values;
    },
  };
}

/** The classes that are explained, `[M]` or `[inputs, M]`. */
export function classSetting({ inputs, wanted, listsPerInput }: RunSettings): Setting {
  return {
    spec: floats('class indices', (listsPerInput ? inputs : 1) * wanted.classes),
    contents: (_, chunk) => chunkClasses(chunk.classTable, chunk, chunk.wanted.classes),
  };
}
