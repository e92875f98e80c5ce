//! Matrix products by tiles held in registers, without a barrier: on an adapter that runs on the CPU, where a barrier costs
//! more than the arithmetic it orders, and for small products anywhere, several times as fast as the library's.

use burn::backend::{Backend, Dispatch, backend_extension, tensor::FloatTensor};
use burn::tensor::{Shape, Tensor as Values};
use burn_cubecl::{CubeBackend, ops::numeric::empty_device_dtype, tensor::CubeTensor};
use cubecl::prelude::*;

/// Invocations of a workgroup, along rows and along columns.
const GROUP: usize = 8;

/// `left · right` (m × k and k × n, or b × m × k and b × k × n), read by strides: transposed tensors are not copied. One
/// invocation holds `side × side` numbers of the result.
pub(super) fn product<const D: usize>(left: Values<D>, right: Values<D>, side: usize) -> Values<D> {
    Values::from_dispatch(<Dispatch as Tiles>::tiles(left.into_dispatch(), right.into_dispatch(), side))
}

#[backend_extension(Cube, Fusion)]
trait Tiles: Backend {
    #[fusion(dtype = left, shape = shape_of(left, right))]
    fn tiles(left: FloatTensor<Self>, right: FloatTensor<Self>, side: usize) -> FloatTensor<Self>;
}

fn shape_of(left: &Shape, right: &Shape) -> Shape {
    let mut shape = left.clone();
    let last = shape.num_dims() - 1;
    shape[last] = right[last];
    shape
}

impl Tiles for CubeBackend {
    fn tiles(left: CubeTensor, right: CubeTensor, side: usize) -> CubeTensor {
        let shape = shape_of(left.meta.shape(), right.meta.shape());
        let rank = shape.num_dims();
        let groups = |size: usize| size.div_ceil(side * GROUP) as u32;
        let batches = if rank == 3 { shape[0] as u32 } else { 1 };
        let count = CubeCount::Static(groups(shape[rank - 1]), groups(shape[rank - 2]), batches);
        let client = left.client.clone();
        let out = empty_device_dtype(client.clone(), left.device.clone(), shape, left.dtype);
        tiled::launch(
            &client,
            count,
            CubeDim::new_2d(GROUP as u32, GROUP as u32),
            left.into_tensor_arg(),
            right.into_tensor_arg(),
            out.clone().into_tensor_arg(),
            rank,
            side,
        );
        out
    }
}

/// One invocation: `side × side` of the result. Rows and columns beyond the edge repeat the last and are not written.
#[cube(launch)]
fn tiled(
    left: &Tensor<f32>,
    right: &Tensor<f32>,
    out: &mut Tensor<f32>,
    #[comptime] rank: usize,
    #[comptime] side: usize,
) {
    let down = comptime!(rank - 2);
    let across = comptime!(rank - 1);
    let (rows, columns, depth) = (out.shape(down), out.shape(across), left.shape(across));
    let row = ABSOLUTE_POS_Y as usize * side;
    let column = ABSOLUTE_POS_X as usize * side;
    if row >= rows || column >= columns {
        terminate!();
    }
    let mut of_left = 0usize.runtime();
    let mut of_right = 0usize.runtime();
    let mut of_out = 0usize.runtime();
    if comptime!(rank == 3) {
        let batch = CUBE_POS_Z as usize;
        of_left = batch * left.stride(0);
        of_right = batch * right.stride(0);
        of_out = batch * out.stride(0);
    }
    let (left_step, right_step) = (left.stride(across), right.stride(down));
    let mut left_at = Array::<usize>::new(side);
    let mut right_at = Array::<usize>::new(side);
    #[unroll]
    for i in 0..side {
        left_at[i] = of_left + clamp_max(row + i, rows - 1) * left.stride(down);
        right_at[i] = of_right + clamp_max(column + i, columns - 1) * right.stride(across);
    }
    let mut sums = Array::<f32>::new(side * side);
    #[unroll]
    for i in 0..side * side {
        sums[i] = 0.0;
    }
    let mut along = Array::<f32>::new(side);
    for k in 0..depth {
        #[unroll]
        for j in 0..side {
            along[j] = right[right_at[j] + k * right_step];
        }
        #[unroll]
        for i in 0..side {
            let value = left[left_at[i] + k * left_step];
            #[unroll]
            for j in 0..side {
                sums[i * side + j] += value * along[j];
            }
        }
    }
    let (out_down, out_across) = (out.stride(down), out.stride(across));
    #[unroll]
    for i in 0..side {
        #[unroll]
        for j in 0..side {
            if row + i < rows && column + j < columns {
                out[of_out + (row + i) * out_down + (column + j) * out_across] = sums[i * side + j];
            }
        }
    }
}
