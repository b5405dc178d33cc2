export { default as topology } from '../../weights/tissue/model.json';
export { default as weights } from '../../weights/tissue/weights.bin';
