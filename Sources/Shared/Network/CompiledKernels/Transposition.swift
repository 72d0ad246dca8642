import CProcessor

/// Turns rows into columns: `target[column * targetStep + row] = source[row * sourceStep + column]`.
///
/// A vector of rows by four columns at a time; where the columns are no multiple of four, the last four
/// reach back over the ones before. What doesn't fill a vector of rows goes float by float, and so do
/// fewer than four columns, except one column that lies in memory as it has to.
func transpose(
  _ source: UnsafePointer<Float>, step sourceStep: Int, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, step targetStep: Int
) {
  if columns == 1 && sourceStep == 1 { return target.update(from: source, count: rows) }
  // With four columns or more a vector of rows by four columns at a time.
  let wholeRows = columns < 4 ? 0 : rows / lanes &* lanes
  for row in stride(from: 0, to: wholeRows, by: lanes) {
    let (source, target) = (source + row &* sourceStep, target + row)
    for column in stride(from: 0, to: columns, by: 4) {
      // The last four columns of 9 taps begin at 5 and write columns 5...7 a second time, with the
      // same floats.
      let first = min(column, columns &- 4)
      let vectors = fourColumns(of: source + first, step: sourceStep)
      for index in 0..<4 { store(vectors[index], to: target + (first &+ index) &* targetStep) }
    }
  }
  for row in wholeRows..<rows {
    for column in 0..<columns {
      target[column &* targetStep &+ row] = source[row &* sourceStep &+ column]
    }
  }
}

/// Four columns of a vector of rows. Rows that are four apart are loaded side by side, so that all that
/// is left to do are transpositions of four by four floats, which stay within a quarter of a register.
@inline(__always)
private func fourColumns(
  of source: UnsafePointer<Float>, step: Int
) -> InlineArray<4, Vector> {
  let rows = InlineArray<4, Vector> { index in
    var vector = Vector.zero
    for first in stride(from: 0, to: lanes, by: 4) {
      // Quarter q of vector i has floats 0...3 of row 4 q + i.
      let row = source + (first &+ index) &* step
      let floats = UnsafeRawPointer(row).loadUnaligned(as: SIMD4<Float>.self)
      for lane in 0..<4 { vector[first &+ lane] = floats[lane] }
    }
    return vector
  }
  // Two rounds of interleaving are the transposition of 4x4: rows 0 and 2, 1 and 3, then both.
  let (low, lowOdd) = (interleaveLow(rows[0], rows[2]), interleaveLow(rows[1], rows[3]))
  let (high, highOdd) = (interleaveHigh(rows[0], rows[2]), interleaveHigh(rows[1], rows[3]))
  return [
    interleaveLow(low, lowOdd), interleaveHigh(low, lowOdd), interleaveLow(high, highOdd),
    interleaveHigh(high, highOdd),
  ]
}
