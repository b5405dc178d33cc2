// The bandwidth ceiling: target[i] = source[i], 16 bytes a thread and step, neighbours side by side.

@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> target_values: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = groups.x * 256u;
  for (var i = id.x; i < arrayLength(&source); i += stride) {
    target_values[i] = source[i];
  }
}
