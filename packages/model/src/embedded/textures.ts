export { default as topology } from '../../weights/textures/model.json';
export { default as weights } from '../../weights/textures/weights.bin';
