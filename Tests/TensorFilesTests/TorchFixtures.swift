import Foundation
import Testing

@testable import TensorFiles

/// The files that `Tests/Fixtures/torch/make_fixtures.py` wrote.
enum TorchFixtures {
  /// Files of the legacy format; each has a twin `<name>.zip`.
  static let names = ["element_types", "layouts", "entries", "module"]
  /// Files of the zip format with an entry in `expected.json` under the part before the dot.
  static let zipNames = names.map { $0 + ".zip" } + ["module.older", "module.zip64"]

  static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func path(_ name: String) -> String {
    packageRoot.appending(path: "Tests/Fixtures/torch/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path("\(name).pt"))))
  }

  /// The whole content of a file as `make_fixtures.py` or `make_pickles.py` describes it.
  static func document(_ name: String, in file: String = "documents.json") throws -> Any {
    let data = try Data(contentsOf: URL(filePath: path(file)))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(all[name])
  }

  struct Content: Decodable {
    let tensors: [Tensor]
    let others: [String]
  }

  /// `[name, shape, values]`.
  struct Tensor: Decodable {
    let name: String
    let shape: [Int]
    let values: [Float]

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      name = try fields.decode(String.self)
      shape = try fields.decode([Int].self)
      values = try fields.decode([Value].self).map(\.value)
    }
  }

  /// A number, or "nan", "inf", "-inf".
  struct Value: Decodable {
    let value: Float

    init(from decoder: any Decoder) throws {
      let field = try decoder.singleValueContainer()
      if let text = try? field.decode(String.self) {
        value = try #require(Float(text))
      } else {
        value = Float(try field.decode(Double.self))
      }
    }
  }

  static func expected() throws -> [String: Content] {
    let data = try Data(contentsOf: URL(filePath: path("expected.json")))
    return try JSONDecoder().decode([String: Content].self, from: data)
  }
}

/// Equal numbers, with NaN equal to NaN.
func sameNumbers(_ left: [Float], _ right: [Float]) -> Bool {
  left.count == right.count
    && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

/// The error of reading `bytes`, or nil if they could be read.
func readError(_ bytes: [UInt8], limits: PickleLimits = PickleLimits()) -> TorchFileError? {
  do {
    _ = try TorchFile.read(file: "test.pt", bytes: bytes, limits: limits)
    return nil
  } catch { return error }
}
