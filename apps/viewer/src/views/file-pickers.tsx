import { normalizationText } from '@ablation-cam/model';
import { giveFiles } from '../client/give-files.ts';
import { pickedFiles } from '../client/given-files.ts';
import type { ModelDescription } from '../protocol/descriptions.ts';
import type { NormalizationName } from '../protocol/sources.ts';
import type { ViewProps } from './app.tsx';
import { Choice } from './settings.tsx';

const NORMALIZATIONS: readonly (readonly [NormalizationName, string])[] = [
  ['0..1', '0 to 1'],
  ['0..255', '0 to 255'],
  ['-1..1', '−1 to 1'],
  ['imagenet', 'ImageNet statistics'],
  ['caffe', 'ImageNet means, BGR'],
];

/** The choice to leave it to the model. */
const AS_SAID = 'as-said';

/** How pictures are scaled where nobody chose, and who says so. */
function scaleSaid({ scale }: ModelDescription): string {
  return scale ? `${normalizationText(scale.normalize)} (${scale.source})` : '0..1 (assumed, not given)';
}

/** Files that hold an input. */
export const INPUT_FILES = '.png,.jpg,.jpeg,.webp,.tif,.tiff,.npy,.csv,.tsv,.txt';

/** The user's own model, input and class names. */
export function FilePickers({ state, dispatch }: ViewProps) {
  const description = state.description ?? state.explained?.result.model;
  const give = (files: FileList | null): void => {
    if (files && files.length > 0) giveFiles(state, dispatch, pickedFiles(files));
  };
  return (
    <div class="pickers">
      <p class="hint">Your own, by dropping files here or choosing them; they stay on this machine.</p>
      <div class="buttons">
        <Picker
          label="Open model …"
          accept=".h5,.hdf5,.keras,.onnx,.onnx_data,.data,.json,.bin"
          multiple
          onFiles={give}
        />
        <Picker label="Open inputs …" accept={INPUT_FILES} multiple onFiles={give} />
        <Picker label="Open folder …" accept="" folder onFiles={give} />
        <Picker label="Class names …" accept=".txt,.json,.csv,.tsv" onFiles={give} />
      </div>
      {state.model.kind === 'files' && description?.takes === 'image' && (
        <Choice
          label="Pixels scaled to"
          value={state.normalization ?? AS_SAID}
          options={[[AS_SAID, scaleSaid(description)], ...NORMALIZATIONS]}
          onChange={(chosen) => {
            dispatch({ kind: 'normalize', normalization: chosen === AS_SAID ? null : chosen });
          }}
        />
      )}
    </div>
  );
}

interface PickerProps {
  readonly label: string;
  readonly accept: string;
  readonly multiple?: boolean;
  /** Whether a whole folder is chosen. */
  readonly folder?: boolean;
  readonly onFiles: (files: FileList | null) => void;
}

/** A file input that looks like a button. */
export function Picker({ label, accept, multiple = false, folder = false, onFiles }: PickerProps) {
  return (
    <label class="button picker">
      <input
        class="visually-hidden"
        type="file"
        accept={accept}
        multiple={multiple}
        // Preact's types do not know it yet.
        {...(folder && { webkitdirectory: true })}
        onChange={(event) => {
          onFiles(event.currentTarget.files);
          // The same file again is a new choice.
          event.currentTarget.value = '';
        }}
      />
      {label}
    </label>
  );
}
