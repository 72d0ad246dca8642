import Foundation
import Testing

@testable import NeuralNetwork

/// What PyTorch computed: the files of `Tests/Fixtures/resnet18/make_fixtures.py`, or of another folder's.
struct ParityFixture {
  /// A case in `expected.json`.
  private struct Case: Decodable {
    /// Name to start and count in `expected.bin`.
    let numbers: [String: [Int]]
    /// What they are for to the key of the pictures.
    let pictures: [String: Int]?
    /// Names and shapes of the state_dict.
    let entries: [Entry]?
  }

  /// `[name, shape]`.
  struct Entry: Decodable, Equatable {
    let name: String
    let shape: [Int]

    init(name: String, shape: [Int]) {
      self.name = name
      self.shape = shape
    }

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      name = try fields.decode(String.self)
      shape = try fields.decode([Int].self)
    }
  }

  private static let fixtures = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  let name: String
  private let content: Case
  private let bytes: Data

  init(_ name: String, folder: String = "resnet18") throws {
    let folder = Self.fixtures.appending(path: folder)
    self.name = name
    let index = try Data(contentsOf: folder.appending(path: "expected.json"))
    content = try #require(try JSONDecoder().decode([String: Case].self, from: index)[name])
    bytes = try Data(contentsOf: folder.appending(path: "expected.bin"))
  }

  var entries: [Entry] { content.entries ?? [] }

  var numberNames: [String] { content.numbers.keys.sorted() }

  func pictureKey(_ use: String = "one") throws -> Int { try #require(content.pictures?[use]) }

  /// The numbers of that name.
  func numbers(_ name: String) throws -> [Float] {
    let range = try #require(content.numbers[name], "\(self.name) has no \(name)")
    return bytes.withUnsafeBytes { bytes in
      (range[0]..<(range[0] + range[1])).map { place in
        let bits = bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  /// How far each parameter's sketch is from the expected one.
  func differences(
    _ values: [Float], from name: String, _ architecture: ResNet18Architecture
  ) throws -> [Difference] {
    let expected = try numbers(name)
    var place = 0
    let result = architecture.stateEntries.filter { $0.arena == .parameters }.map { entry in
      let sketch = ParityInputs.sketch(values[entry.range])
      let known = expected[place..<min(place + sketch.count, expected.count)]
      place += sketch.count
      return Difference(entry.name, sketch, known)
    }
    #expect(place == expected.count)
    return result
  }
}

/// The length of a difference and that of what was expected.
struct Difference: CustomStringConvertible {
  let name: String
  let length: Double
  let expectedLength: Double

  init(_ name: String, _ values: some Collection<Float>, _ expected: some Collection<Float>) {
    self.name = name
    let squares = zip(values, expected).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    length = values.count == expected.count ? squares.squareRoot() : .infinity
    expectedLength = Self.length(expected)
  }

  static func length(_ values: some Collection<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The length of the difference over that of what was expected; infinite for NaN.
  var relative: Double {
    let relative = length / expectedLength
    return relative.isNaN ? .infinity : relative
  }

  var description: String {
    "\(name): off by \(relative) (\(length) of \(expectedLength))"
  }
}

extension [Difference] {
  /// The one that is relatively the largest.
  var worst: Difference {
    get throws { try #require(self.max { $0.relative < $1.relative }) }
  }
}
