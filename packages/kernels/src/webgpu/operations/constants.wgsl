// Constants of an operation: scales, shifts, a depthwise kernel, slopes.
@group(0) @binding(6) var<storage, read> constants: array<f32>;

fn constants_at(at: vec4<u32>) -> vec4<f32> {
  return vec4(constants[at.x], constants[at.y], constants[at.z], constants[at.w]);
}
