/// How many of `count` terms, the first ones, make the left side of a pairwise sum: the largest power
/// of two below `count`.
///
/// Sums over workers are pairwise, (0 + 1) + (2 + 3): neighbours are added, then neighbouring sums, an
/// odd one out goes on as it is. Where each process has 1, 2, 4, ... of the workers, the sums of the
/// processes are whole branches of the same tree, so a sum doesn't depend on how the workers are
/// divided over processes.
///
/// - Precondition: `count` is at least 2.
@inlinable package func pairwiseSplit(_ count: Int) -> Int {
  1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
}

/// The pairwise sum of the terms of a range; see `pairwiseSplit`.
///
/// - Precondition: there is at least one term.
@inlinable package func pairwiseSum<Term: AdditiveArithmetic>(
  _ range: Range<Int>, _ term: (Int) -> Term
) -> Term {
  switch range.count {
  case 1: return term(range.lowerBound)
  case 2: return term(range.lowerBound) + term(range.lowerBound + 1)
  default:
    let middle = range.lowerBound + pairwiseSplit(range.count)
    return pairwiseSum(range.lowerBound..<middle, term)
      + pairwiseSum(middle..<range.upperBound, term)
  }
}

/// Combines elements in the order of a pairwise sum: the first one becomes that of all of them, the
/// others are left as intermediate results. Allocates nothing.
@inlinable package func pairwiseReduce(count: Int, _ add: (_ target: Int, _ source: Int) -> Void) {
  var step = 1
  while step < count {
    for target in stride(from: 0, to: count - step, by: 2 * step) { add(target, target + step) }
    step *= 2
  }
}
