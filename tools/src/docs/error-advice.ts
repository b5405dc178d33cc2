/** What an error's code means, and what to do, by class and code. */
export const ERROR_ADVICE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  KernelsError: {
    'no-adapter':
      'There is no GPU that WebGPU can use. Nothing has to be done where you did not ask for one: the processor is taken. In Node on Linux x64, `npm install @sparticuz/chromium` adds a software driver.',
    'device-lost':
      'The GPU went away: a new driver, a sleeping laptop, too much work at once. Make the call again; it gets a new device.',
    'gpu-validation':
      'A fault of this project or of the driver. Please report it with what `doctor --json` prints.',
    'out-of-memory':
      'Explain fewer inputs at once, a later layer, or smaller inputs; `budgetBytes` of a plan bounds what a run takes.',
    'unsupported-tail': 'What follows the layer cannot be planned. Take another layer, or another output.',
    'too-large': 'A tensor is larger than the device allows. Take a later layer, or another executor.',
    'invalid-tail': 'The description of a network that was given to the planner contradicts itself.',
    'invalid-input': 'A tensor, a value or a class does not fit the plan.',
    'unsupported-operation':
      'No executor that was asked for computes this operation. Let `executor` be `auto`.',
    'runtime-missing': 'ONNX Runtime was asked for and is not installed: `npm install onnxruntime-node`.',
    'runtime-failed': 'ONNX Runtime refused a model or a run; what it said is in the message.',
  },
  ModelError: {
    'not-found':
      'Check the path or the address; in a page, what the server answers. The files that a `model.json` names lie beside it.',
    'invalid-file':
      'The file is broken, cut off, larger than is read, or not what its name says. Fetch or save it again.',
    'unsupported-format': 'The message says how to convert the file into one that is read.',
    'unsupported-layer':
      'A layer or an option that is not computed here. Export the network to ONNX, or put operations that are in its place.',
    'unknown-layer':
      '`explain --layers`, or `layerCandidates`, lists the names there are; any ending that is no other layer’s is enough.',
    'invalid-input': 'The input does not fit the network: its shape, its values, or its kind.',
    'invalid-data': 'A data set contradicts itself or the network.',
    'invalid-option': 'An option is misspelled or out of its range; the message names those there are.',
    'not-finite':
      'The network gives values that are no numbers for this input: often pictures in another scale than it was trained on.',
    'write-failed': 'The folder cannot be written to, or the disk is full. A page cannot write files.',
  },
  XaiError: {
    'invalid-option':
      'An option is misspelled, out of its range, or does not go with another; the message says which.',
    'invalid-input':
      'What was given to explain, to draw or to measure is not of the kind or the shape that is needed.',
    'unsupported-model': 'The method cannot be applied to this network; the message names another way.',
  },
};
