/** Operations of programs on TensorFlow.js; from outside `@ablation-cam/model/programs`. Apart from the rest, which pages load without it. */
export { runPrimitive } from './tfjs/primitives.ts';
