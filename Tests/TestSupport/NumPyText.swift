package import Foundation

/// Files as `numpy.save` writes them.
package enum NumPyText {
  /// What stands before the elements.
  ///
  /// - Parameters:
  ///   - type: `|u1`, `<f4`.
  ///   - shape: the size of each dimension.
  package static func header(_ type: String, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    while (text.utf8.count + 11) % 64 != 0 { text += " " }
    text += "\n"
    let length = text.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(text.utf8)
  }

  /// Elements of the type `<f4`.
  package static func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
  }

  /// A file of zeros; an element has so many bytes.
  package static func zeros(_ type: String, _ shape: [Int], width: Int) -> Data {
    Data(header(type, shape) + [UInt8](repeating: 0, count: shape.reduce(width, *)))
  }
}
