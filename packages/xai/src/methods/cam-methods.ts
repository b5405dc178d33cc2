/** Methods on layers but Ablation-CAM, and what runs them: one file to fetch. */
export { eigenCamMethod } from './eigen-cam.ts';
export { gradCamMethod } from './grad-cam.ts';
export { gradCamPlusPlusMethod } from './grad-cam-plus-plus.ts';
export { hiresCamMethod } from './hires-cam.ts';
export { layerCamMethod } from './layer-cam.ts';
export { randomMapMethod } from './random-map.ts';
export { scoreCamMethod } from './score-cam.ts';
export { runCam } from './cam.ts';
