internal import COpenBLAS
internal import Foundation
internal import Measure

/// Limits OpenBLAS to the calling thread, once per process: the parallelism of this package is over
/// workers, and a thread pool inside each of them would only fight for the same cores.
private let singleThreaded: Void = openblas_set_num_threads(1)

/// Where memory is limited, products come one after the other: each that runs beside others takes a
/// buffer of its own, and OpenBLAS waits for ever where it gets none.
private let turn = MemoryLimit.current.isEmpty ? nil : NSLock()

/// The memory that OpenBLAS takes by itself.
package enum MatrixProductMemory {
  /// Bytes of its buffer, of which it uses a few.
  package static let reservedBytes = 132 << 20

  /// Makes OpenBLAS take its buffer, by a product that is large enough for one. Called once, before
  /// others compute, and only where there is room.
  package static func reserve() {
    let side = 256
    let ones = [Float](repeating: 1, count: side * side)
    var product = ones
    ones.withUnsafeBufferPointer { ones in
      product.withUnsafeMutableBufferPointer { product in
        guard let ones = ones.baseAddress, let product = product.baseAddress else { return }
        matrixProduct(
          left: ones, leftStride: side, right: ones, rightStride: side, product: product,
          productStride: side, rows: side, columns: side, inner: side)
      }
    }
  }
}

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
  turn?.lock()
  defer { turn?.unlock() }
  cblas_sgemm(
    CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
    transposeRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), blasint(inner), 1,
    left, blasint(leftStride), right, blasint(rightStride), accumulate ? 1 : 0, product,
    blasint(productStride))
}
