import { ModelError } from '../errors.ts';
import { channelsLast, hasChannelsFirst } from './channels-last.ts';
import { checkKerasConfig } from './check-config.ts';
import { connectLayers } from './connect-layers.ts';
import { convertKerasConfig } from './convert-config.ts';
import { inlineSequentials, isOpen, type InlinedConfig } from './inline-sequentials.ts';
import type { KerasObject } from './keras-config.ts';
import type { KerasWriter } from './keras-writer.ts';

/** A network as TF.js can build it. */
export interface PreparedConfig extends InlinedConfig {
  /** Whether channels were first somewhere. */
  readonly hadChannelsFirst: boolean;
}

/**
 * The configuration of a network in a file as one that TF.js builds and that computes the same: with TF.js's names, channels
 * last, and layers of this package where TF.js has none or one that computes something else.
 *
 * @throws ModelError `unsupported-layer`, `unsupported-format`, `invalid-file`
 */
export function prepareConfig(file: {
  readonly name: string;
  readonly config: KerasObject;
  readonly writer: KerasWriter;
}): PreparedConfig {
  const converted = convertKerasConfig(file.config, file.writer);
  checkKerasConfig(file.name, converted);
  if (isOpen(converted)) {
    throw new ModelError(
      'unsupported-format',
      `${file.name} does not say what shape its input has. Build the model in Keras, ` +
        'model.build((None, height, width, channels)), and save it again.',
    );
  }
  const { config: inlined, paths } = inlineSequentials(converted);
  const connected = connectLayers(file.name, inlined);
  return { config: channelsLast(connected), paths, hadChannelsFirst: hasChannelsFirst(connected) };
}
