internal import COpenBLAS

/// Limits OpenBLAS to the calling thread, once per process: the parallelism of this package is over
/// workers, and a thread pool inside each of them would only fight for the same cores.
private let singleThreaded: Void = openblas_set_num_threads(1)

/// `product = left * right`, row-major float32.
///
/// The corresponding C function is `cblas_sgemm`.
///
/// - Parameters:
///   - left: `rows x inner`, row stride `leftStride`; with `transposeLeft` it is stored as
///     `inner x rows`.
///   - right: `inner x columns`, row stride `rightStride`; with `transposeRight` it is stored as
///     `columns x inner`.
///   - product: `rows x columns`, row stride `productStride`.
///   - accumulate: adds the product to what is there.
func matrixProduct(
  left: UnsafePointer<Float>, leftStride: Int, transposeLeft: Bool = false,
  right: UnsafePointer<Float>, rightStride: Int, transposeRight: Bool = false,
  product: UnsafeMutablePointer<Float>, productStride: Int, rows: Int, columns: Int, inner: Int,
  accumulate: Bool = false
) {
  _ = singleThreaded
  cblas_sgemm(
    CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
    transposeRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(inner), 1,
    left, blasint(leftStride), right, blasint(rightStride), accumulate ? 1 : 0, product,
    blasint(productStride))
}
