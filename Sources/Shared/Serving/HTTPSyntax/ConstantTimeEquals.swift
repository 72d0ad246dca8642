/// Whether two secrets are equal. The time depends only on the longer length, so it doesn't reveal
/// where they differ.
@inline(never)
package func constantTimeEquals(
  _ first: some Collection<UInt8>, _ second: some Collection<UInt8>
) -> Bool {
  let (first, second) = (Array(first), Array(second))
  var difference = first.count ^ second.count
  for index in 0..<max(first.count, second.count) {
    let one = index < first.count ? first[index] : 0
    let other = index < second.count ? second[index] : 0
    difference |= Int(one ^ other)
  }
  return difference == 0
}
