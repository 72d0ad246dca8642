internal import Randomness
internal import TensorFiles
internal import TestSupport

/// Arrays of NumPy's own format, as `detector compare` reads them.
struct NumPyKind: FuzzKind {
  let name = "npy"
  let longRuns = 10_000
  let shortRuns = 250

  func prepare(bases: String) throws {
    let shapes = [[], [3], [2, 3, 4], [0], [1, 1, 1, 1, 1, 1, 1, 7], [1000]]
    for (type, width) in [("|u1", 1), ("<f4", 4), ("<f8", 8)] {
      for (number, shape) in shapes.enumerated() {
        let bytes = NumPyText.zeros(type, shape, width: width)
        try FuzzFiles.write([UInt8](bytes), bases + "/\(type.suffix(2))-\(number).npy")
      }
    }
    // Versions 2 and 3 have four bytes for the length of the header.
    let header = NumPyText.header("<f4", [2])
    let text = header.dropFirst(10)
    for version: UInt8 in [2, 3] {
      let start = header[..<6] + [version, 0, UInt8(truncatingIfNeeded: text.count), 0, 0, 0]
      try FuzzFiles.write(
        Array(start + text) + NumPyText.bytes([1, -10]), bases + "/version-\(version).npy")
    }
    // One that NumPy itself wrote.
    let fixture = FuzzFiles.package + "/Tests/Fixtures/torch/arrays.npy"
    try FuzzFiles.write(FuzzFiles.bytes(fixture), bases + "/fixture.npy")
  }

  func worker(bases: String) throws -> any FuzzReader {
    NumPyReader(
      bases: try FuzzFiles.names(bases).map { ($0, try FuzzFiles.bytes(bases + "/" + $0)) })
  }
}

private struct NumPyReader: FuzzReader {
  let bases: [(name: String, bytes: [UInt8])]

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = bases[one.random.below(bases.count)]
    var bytes = base.bytes
    damage(&bytes, &one.random, bases[one.random.below(bases.count)].bytes)
    let path = one.folder + "/" + base.name
    try FuzzFiles.write(bytes, path)
    let file: NumPyFile
    do throws(TorchFileError) {
      file = try NumPyFile(contentsOf: path)
    } catch {
      return RawText.verdict(error)
    }
    // The shape is what others compute with: it must be that of the elements.
    var count = 1
    for side in file.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: side)
      guard side >= 0, !overflows else {
        return .failed(.silent, "\(base.name): the shape \(file.shape) without an error")
      }
      count = product
    }
    let found =
      switch file.elements {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    guard found == count else {
      return .failed(.silent, "\(base.name): \(found) elements of the shape \(file.shape)")
    }
    return .accepted
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout RandomStream, _ donor: [UInt8]) {
    // The length of the header lies after the magic bytes and the version.
    let width = bytes.count > 6 && bytes[6] > 1 ? 4 : 2
    let start = 8 + width
    let length = bytes.dropFirst(8).prefix(width).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard random.happens(0.7), start + length <= bytes.count else {
      return ByteMutator.mutate(&bytes, &random, donor: donor)
    }
    var header = Array(bytes[start..<start + length])
    TextMutator.mutate(&header, &random)
    let size = random.happens(0.95) ? header.count : random.below(1 << 20)
    bytes =
      bytes[..<8] + (0..<width).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + header
      + bytes[(start + length)...]
  }
}
