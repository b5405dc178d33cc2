import type { Shader } from '@ablation-cam/kernels';
import copy from './copy.wgsl';
import multiplyAdd from './multiply-add.wgsl';

export const COPY_CEILING: Shader = { label: 'copy.wgsl', code: copy };

export const MULTIPLY_ADD_CEILING: Shader = { label: 'multiply-add.wgsl', code: multiplyAdd };
