// The kernel of a convolution in float32, eight filters at a time, and bias and scale behind it.

@group(0) @binding(9) var<storage, read> weights: array<mat2x4<f32>>;

fn filters_at(at: u32) -> mat2x4<f32> {
  return weights[at];
}

// Eight of the numbers behind the `kernel_size` eights of the kernel.
fn eight_behind(kernel_size: u32, tile: u32) -> mat2x4<f32> {
  return weights[kernel_size + tile];
}

fn number_behind(kernel_size: u32, at: u32) -> f32 {
  return weights[kernel_size + at / 8u][at % 8u / 4u][at % 4u];
}
