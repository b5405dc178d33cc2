import { ablationCam, createExplainer, embeddedModel, readInput, releaseDevice } from '@ablation-cam/xai';

const { network, dispose } = await embeddedModel('mnist1d'); // or: await loadModel('net.onnx')
const input = await readInput('mnist1d:0', { shape: [40, 1] }); // or: 'photo.png'

// One call.
const { explanations, executor } = await ablationCam(network, input, { classIndex: 'predicted' });
for (const { classIndex, classScore, weights, heatmap } of explanations) {
  console.log(`class ${classIndex}, probability ${classScore.toFixed(3)}`);
  console.log(`${weights.length} channels together, on ${executor?.chosen ?? 'none'}`);
  console.log(`most relevant position: ${heatmap.data.indexOf(1)} of ${heatmap.shape.join(' x ')}`);
}

// Many inputs: what does not depend on them is prepared once.
const explainer = await createExplainer(network, { method: 'ablation-cam', classIndex: { topK: 3 } });
const heatmaps = new Map<string, Float32Array[]>();
for (const source of ['mnist1d:1', 'mnist1d:2', 'mnist1d:3']) {
  const { explanations: likeliest } = await explainer.explain(await readInput(source, { shape: [40, 1] }));
  const maps = likeliest.map(({ heatmap }) => heatmap.data);
  heatmaps.set(source, maps);
}
await explainer.dispose();

dispose();
await releaseDevice();
