import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite struct NumPyFileTests {
  private func file(
    _ header: String, version: UInt8 = 1, body: [UInt8]
  ) throws -> NumPyFile {
    try withTemporaryDirectory { folder in
      let count = header.utf8.count
      let length: [UInt8] =
        version == 1
        ? [UInt8(count & 255), UInt8(count >> 8)]
        : [UInt8(count & 255), UInt8(count >> 8 & 255), 0, 0]
      try folder.write(
        Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + body),
        to: "a.npy")
      return try NumPyFile(contentsOf: folder.path(of: "a.npy"))
    }
  }

  private func header(_ type: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
  }

  @Test func numbersAreRead() throws {
    let bytes = try file(header("|u1", "(2, 3)"), body: [1, 2, 3, 4, 5, 255])
    guard case .bytes(let values) = bytes.elements else { throw Wrong() }
    #expect(bytes.shape == [2, 3] && values == [1, 2, 3, 4, 5, 255])
    for version: UInt8 in 1...3 {
      let floats = try file(
        header("<f4", "(2,)"), version: version, body: [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC1])
      guard case .floats(let values) = floats.elements else { throw Wrong() }
      #expect(floats.shape == [2] && values == [1, -10])
    }
    let doubles = try file(header("<f8", "(1,)"), body: [0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
    guard case .floats([0.5]) = doubles.elements else { throw Wrong() }
  }

  private struct Wrong: Error {}

  /// Other types, other orders and wrong sizes are refused before memory is allocated.
  @Test(
    arguments: [
      ("'descr': '<i8', 'fortran_order': False, 'shape': (1,)", 8),
      ("'descr': '>f4', 'fortran_order': False, 'shape': (1,)", 4),
      ("'descr': '<f4', 'fortran_order': True, 'shape': (1,)", 4),
      ("'descr': '<f4', 'fortran_order': False, 'shape': (2,)", 4),
      ("'descr': '<f4', 'fortran_order': False, 'shape': (-1,)", 4),
      ("'descr': '|u1', 'fortran_order': False, 'shape': (4611686018427387904, 4)", 4),
      ("'descr': '|O', 'fortran_order': False, 'shape': (1,)", 8),
      ("'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)", 4),
      ("'fortran_order': False, 'shape': (1,)", 4), ("", 0),
    ])
  func othersAreRefused(_ header: String, bytes: Int) {
    #expect(throws: TorchFileError.self) {
      try file("{" + header + "}\n", body: [UInt8](repeating: 0, count: bytes))
    }
  }

  @Test func filesOfOthersAreRefused() throws {
    try withTemporaryDirectory { folder in
      for content in ["", "PK\u{3}\u{4}", "\u{93}NUMPY", String(repeating: "a", count: 100)] {
        try folder.write(content, to: "a.npy")
        #expect(throws: TorchFileError.self) {
          try NumPyFile(contentsOf: folder.path(of: "a.npy"))
        }
      }
      #expect(throws: TorchFileError.self) {
        try NumPyFile(contentsOf: folder.path(of: "none.npy"))
      }
    }
  }
}
