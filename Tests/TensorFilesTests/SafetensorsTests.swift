import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// safetensors.
@Suite struct SafetensorsTests {
  static func bytes(_ name: String) throws -> [UInt8] {
    try fileBytes(TorchFixtures.path(name + ".safetensors"))
  }

  private func error(_ header: String, data: Int) -> TorchFileError? {
    let bytes =
      PickleBytes.littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
    return torchError { try SafetensorsFile.read(file: "t", bytes: bytes) }
  }

  /// All element types, as Python holds them.
  @Test func elementTypes() throws {
    let file = try SafetensorsFile.read(contentsOf: TorchFixtures.path("element_types.safetensors"))
    let sorted = file.tensors.sorted { $0.name < $1.name }
    try expectEqual(
      .tensors(sorted), TorchFixtures.document("element_types.safetensors"), "element_types")
    #expect(file.metadata == ["by": "a \"test\"\n"])
  }

  /// What the library wrote is written with the same bytes.
  @Test func sameBytes() throws {
    let original = try Self.bytes("module")
    let file = try SafetensorsFile.read(file: "t", bytes: original)
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors.contains { $0.name == "quote\"\\\t\u{1}" })
    for tensors in [file.tensors, file.tensors.reversed()] {
      let written = try withTemporaryFile { path in
        try SafetensorsFile(tensors: tensors, metadata: file.metadata).write(to: path)
        return try fileBytes(path)
      }
      #expect(written == original)
    }
  }

  /// Repeated names are refused.
  @Test func doubledNames() throws {
    let entry = TensorEntry("a", TorchTensor(shape: [], [1] as [Float]))
    for entries in [[entry, entry], [TensorEntry("__metadata__", entry.tensor)]] {
      try withTemporaryFile { path in
        let error = torchError { try SafetensorsFile(tensors: entries).write(to: path) }
        #expect(error?.code == .unwritableContent)
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
  }

  /// Valid headers in unusual form.
  @Test func unusualHeaders() throws {
    #expect(error("{}", data: 0) == nil)
    #expect(error("{ } \n", data: 0) == nil)
    #expect(error(#"{"__metadata__":{}}"#, data: 0) == nil)
    let spaced = #"{ "a" : { "shape" : [ 2 , 1 ] , "data_offsets":[0,8],"dtype":"F32" } }"#
    #expect(error(spaced, data: 8) == nil)
    #expect(
      error(#"{"\u00e9\ud83d\ude00\/":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, data: 1)
        == nil)
    // Empty tensors take no bytes, wherever they are.
    let empty = #""b":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}"#
    #expect(
      error(#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},\#(empty)}"#, data: 4) == nil)
  }

  /// Broken headers are refused.
  @Test func brokenHeaders() throws {
    func tensor(
      _ name: String = "a", _ type: String = "F32", _ shape: String = "[1]",
      _ range: String = "[0,4]"
    ) -> String {
      "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(range)}"
    }
    #expect(error("{\(tensor())}", data: 4) == nil)
    let cases: [(String, Int, String)] = [
      ("", 0, "expected '{'"), (" {}", 0, "expected '{'"), ("[]", 0, "expected '{'"),
      ("{\(tensor())", 4, "expected ','"), ("{\(tensor())} x", 4, "end of the header"),
      ("{\(tensor()),}", 4, "a comma stands before '}'"),
      ("{\(tensor()),\(tensor())}", 4, "occurs twice"),
      ("{\(tensor("a", "F8_E4M3"))}", 4, "dtype"), ("{\(tensor("a", "F64"))}", 4, "holds 0"),
      ("{\(tensor("a", "F32", "[2]"))}", 4, "holds 1"),
      ("{\(tensor("a", "F32", "[1]", "[0,5]"))}", 5, "got 5 bytes"),
      ("{\(tensor("a", "F32", "[1]", "[4,0]"))}", 4, "rising"),
      ("{\(tensor("a", "F32", "[1]", "[0]"))}", 4, "rising"),
      ("{\(tensor("a", "F32", "[1]", "[1,5]"))}", 5, "without hole"),
      ("{\(tensor()),\(tensor("b"))}", 4, "without hole"),
      ("{\(tensor()),\(tensor("b", "F32", "[1]", "[2,6]"))}", 6, "without hole"),
      ("{\(tensor())}", 3, "incomplete"), ("{\(tensor())}", 5, "got 5"),
      ("{\(tensor("a", "F32", "[-1]"))}", 4, "whole number"),
      ("{\(tensor("a", "F32", "[01]"))}", 4, "whole number"),
      ("{\(tensor("a", "F32", "[1.0]"))}", 4, "or ']'"),
      ("{\(tensor("a", "F32", "[99999999999999999999]"))}", 4, "whole number"),
      ("{\(tensor("a", "F32", "[9223372036854775807,4]"))}", 4, "64 bits"),
      (
        "{\(tensor("a", "F32", "[\(Array(repeating: "1", count: 65).joined(separator: ","))]"))}",
        4, "at most 64"
      ),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "needs dtype"),
      (#"{"a":{"dtype":"F32","dtype":"F32"}}"#, 4, "unexpected key"),
      (#"{"a":{"x":1}}"#, 4, "unexpected key"), (#"{"a":5}"#, 4, "expected '{'"),
      (#"{"__metadata__":{"a":1}}"#, 0, "expected '\"'"),
      (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "occurs twice"),
      (#"{"\x":1}"#, 0, "an escape"), (#"{"\ud800":1}"#, 0, "surrogate"),
      (#"{"\u-123":1}"#, 0, "hexadecimal"), ("{\"a\nb\":1}", 0, "control character"),
      (#"{"a"#, 0, "expected '\"'"), (#"{"a\"#, 0, "escape"), (#"{"a\u12"#, 0, "hexadecimal"),
    ]
    for (header, data, text) in cases {
      let found = try #require(error(header, data: data), "\(header)")
      #expect(found.description.contains(text), "\(header): \(found)")
    }
  }

  /// The header's length is bounded and checked.
  @Test func headerLength() throws {
    for length: UInt64 in [100_000_001, .max, 1 << 63] {
      let bytes = PickleBytes.littleEndian(length) + Array("{}".utf8)
      #expect(torchError { try SafetensorsFile.read(file: "t", bytes: bytes) }?.code == .malformed)
    }
    let bytes = PickleBytes.littleEndian(UInt64(3)) + Array("{}".utf8)
    #expect(torchError { try SafetensorsFile.read(file: "t", bytes: bytes) }?.code == .truncated)
  }

  /// Cut anywhere it is an error; changed anywhere it never crashes.
  @Test func damaged() throws {
    let bytes = try Self.bytes("element_types")
    for length in 0..<bytes.count {
      #expect(
        torchError { try SafetensorsFile.read(file: "t", bytes: Array(bytes.prefix(length))) }
          != nil)
    }
    var random = SplitMix64(state: 9)
    var failures = 0
    for _ in 0..<2000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      if torchError({ try SafetensorsFile.read(file: "t", bytes: changed) }) != nil {
        failures += 1
      }
    }
    #expect(failures > 700 && failures < 2000)
  }
}
