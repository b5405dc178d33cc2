/** Where the passes of a call run: on TensorFlow.js's current backend. */
export const ON_TENSORFLOW = { backend: { chosen: 'cpu' } } as const;
