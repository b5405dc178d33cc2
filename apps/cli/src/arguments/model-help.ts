/** What `--model` takes. */
export const MODEL_HELP =
  'an .onnx file, a TF.js model.json (of layers, or a GraphModel), a Keras .keras or .h5 (or its weights or to_json() text ' +
  'with the other beside it), or the name of an embedded model';
