import type { Shader } from '@ablation-cam/kernels';
import mask from './mask.wgsl';

export const MASK: Shader = { label: 'mask.wgsl', code: mask };
