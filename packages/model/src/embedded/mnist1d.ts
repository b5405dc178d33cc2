export { default as topology } from '../../weights/mnist1d/model.json';
export { default as weights } from '../../weights/mnist1d/weights.bin';
