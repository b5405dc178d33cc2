import { embeddedModel, readInput } from '@ablation-cam/model';
import { ablationCam, releaseDevice } from '@ablation-cam/xai';

const { model } = await embeddedModel('mnist1d'); // or: await loadModel('net/model.json')
const input = await readInput('mnist1d:0', { shape: [40, 1] }); // or: 'photo.png'
const { explanations, executor } = await ablationCam(model, input, { classIndex: 'predicted' });
for (const { classIndex, classScore, weights, heatmap } of explanations) {
  console.log(`class ${classIndex}, probability ${classScore.toFixed(3)}`);
  console.log(`${weights.length} channels together, on ${executor?.chosen ?? 'none'}`);
  console.log(`most relevant position: ${heatmap.data.indexOf(1)} of ${heatmap.shape.join(' x ')}`);
}
model.dispose();
await releaseDevice();
