/**
 * How large a file may be and claim to be. A file beyond these is refused with a sentence before memory is taken for what
 * it claims; each limit lies far above what the networks and pictures of the field need.
 */
export const limits = {
  /** Of a JSON file. The configuration of ResNet-152 takes 1 MB. */
  jsonBytes: 2 ** 26,
  /** Brackets in brackets. A model in a model takes four, and what reads configurations may recurse so deep. */
  jsonDepth: 200,
  /** Values and keys. */
  jsonValues: 5_000_000,
  /** Of a network, those in nested models too. TF.js takes time with the square of it, 2 to 8 s for these. */
  layers: 25_000,
  /** Uses of one layer; TF.js tries all that are left again after each. */
  callsOfLayer: 1000,
  /** Files that hold a model's weights. */
  weightFiles: 10_000,
  /** Of a model's weights, and of any file: what an ArrayBuffer holds in every browser. */
  fileBytes: 2 ** 31 - 1,
  /** That nodes of an ONNX file compute of constants, each. Weights of the largest dense layers have 10^8. */
  foldedValues: 2 ** 28,
  /** Of an image; those of a flat one are pixels too, so that its sides are bounded as well. PIL warns from here on. */
  imagePixels: 89_478_485,
  /** Of pictures whose size a file beside the model says. Networks of pictures of any size are made for up to a quarter of it. */
  describedPixels: 2 ** 22,
  /** That decoding one image takes: the largest takes some seconds. */
  decodingSeconds: 60,
  /** Either side of an image: what JPEG can say. */
  imageSide: 65_535,
} as const;
