/// Numbers in -1...1 that are a function of the seed: a linear congruential generator.
package func pseudoRandom(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }
}

/// Largest absolute difference; infinite where the counts differ or a number is not one.
package func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// Norm of the difference over norm of what is expected; infinite where a number is not one.
package func relativeDifference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var (difference, total) = (0.0, 0.0)
  for (first, second) in zip(found, expected) {
    difference += (Double(first) - second) * (Double(first) - second)
    total += second * second
  }
  let ratio = (difference / max(total, 1e-30)).squareRoot()
  return ratio.isNaN ? .infinity : ratio
}

/// Norm of the difference over norm of what is expected, between two arrays of floats.
package func relativeDifference(_ found: [Float], _ expected: [Float]) -> Double {
  relativeDifference(found, expected.map(Double.init))
}
