// The vector that everything here is written in. This folder is compiled once for each kind of
// processor; what differs is said here, and where the number of registers decides about a tile.

import CProcessor

#if AVX512
  /// A register's floats: the channels of a block.
  typealias Vector = SIMD16<Float>
  typealias DoubleVector = SIMD16<Double>
#else
  /// A register's floats: the channels of a block. Without AVX two or more registers make one.
  typealias Vector = SIMD8<Float>
  typealias DoubleVector = SIMD8<Double>
#endif

/// Floats of a vector.
@inline(__always)
var lanes: Int { Vector.scalarCount }

/// The vector at an address of any alignment.
@inline(__always)
func load(_ address: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(address).loadUnaligned(as: Vector.self)
}

/// Writes a vector to an address of any alignment.
@inline(__always)
func store(_ vector: Vector, to address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: vector, as: Vector.self)
}

// On the concrete type, not on all SIMD types: only there are comparisons and arithmetic single
// instructions; the generic ones are loops over the lanes.
extension Vector {
  /// `self + left * right`, fused where the processor can: without such an instruction
  /// `addingProduct` would be a call for each lane.
  @inline(__always)
  func adding(_ left: Vector, times right: Vector) -> Vector {
    #if AVX512
      fused16(left, right, self)
    #elseif FMA || arch(arm64)
      addingProduct(left, right)
    #else
      self + left * right
    #endif
  }

  /// The same for a sum that stays in its register through a loop: of `fused16` the optimizer moves
  /// some sums to memory and back, which costs the direct convolutions a third of their speed.
  @inline(__always)
  func accumulating(_ left: Vector, times right: Vector) -> Vector {
    #if FMA || arch(arm64)
      addingProduct(left, right)
    #else
      self + left * right
    #endif
  }

  /// `self + factor * vector`.
  @inline(__always)
  func adding(_ factor: Float, times vector: Vector) -> Vector {
    adding(Vector(repeating: factor), times: vector)
  }

  /// Zero where negative. Not a number stays what it is, so that a broken loss shows.
  @inline(__always)
  var rectified: Vector { replacing(with: Vector.zero, where: self .< Vector.zero) }

  /// What is negative, multiplied by `slope`.
  @inline(__always)
  func rectified(slope: Vector) -> Vector {
    replacing(with: self * slope, where: self .< Vector.zero)
  }

  /// Each lane as a double. By lane: the generic conversion of a SIMD type is a slow call.
  @inline(__always)
  var doubles: DoubleVector {
    var result = DoubleVector.zero
    for lane in 0..<lanes { result[lane] = Double(self[lane]) }
    return result
  }
}

extension DoubleVector {
  /// The doubles at an address.
  @inline(__always)
  init(at address: UnsafePointer<Double>) {
    self = UnsafeRawPointer(address).loadUnaligned(as: DoubleVector.self)
  }

  /// Writes the doubles to an address.
  @inline(__always)
  func store(to address: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(address).storeBytes(of: self, as: DoubleVector.self)
  }
}
