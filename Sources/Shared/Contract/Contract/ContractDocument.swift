internal import Files
internal import Foundation

/// Writes and reads values of the contract as JSON. Equal values give equal bytes, and an error
/// says in one sentence what is wrong with the bytes.
package enum ContractDocument {
  /// Returns the value as JSON with sorted keys, one per line.
  ///
  /// - Throws: if the value has a number that JSON can't represent.
  package static func encode(_ value: some Encodable) throws(ContractError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      throw ContractError(key: "", expected: "numbers that are finite", got: "others")
    }
  }

  /// Reads a value.
  ///
  /// - Throws: an error that names the key, what was expected and what was found.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws(ContractError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: complete(bytes))
    } catch let error as DecodingError {
      throw problem(error, bytes)
    } catch {
      throw ContractError(key: "", expected: "JSON", got: "something else")
    }
  }

  /// Appends a line feed, which JSON allows. Without it, Foundation's decoder (of Swift 6.2) ends
  /// the process if the last byte is the bracket that exceeds its depth limit.
  fileprivate static func complete(_ bytes: [UInt8]) -> Data {
    var data = Data(bytes)
    data.append(0x0A)
    return data
  }

  private static func problem(_ error: DecodingError, _ bytes: [UInt8]) -> ContractError {
    switch error {
    case .keyNotFound(let key, let context):
      return ContractError(
        key: name(context.codingPath + [key]), expected: "a value", got: "nothing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return ContractError(
        key: name(context.codingPath), expected: name(of: type),
        got: JSONContent.text(at: context.codingPath, in: bytes))
    case .dataCorrupted(let context):
      if let cause = context.underlyingError as? ContractError {
        return cause.within(name(context.codingPath))
      }
      return context.codingPath.isEmpty
        ? ContractError(key: "", expected: "JSON", got: syntaxProblem(bytes))
        : ContractError(
          key: name(context.codingPath), expected: "a value within bounds",
          got: JSONContent.text(at: context.codingPath, in: bytes))
    @unknown default:
      return ContractError(key: "", expected: "this product's JSON", got: "something else")
    }
  }

  /// Describes the syntax error, with its line and column.
  private static func syntaxProblem(_ bytes: [UInt8]) -> String {
    do throws(FileError) {
      _ = try JSONValue.parse(bytes, path: "")
    } catch {
      let line = error.place.map { " in line \($0.line)" } ?? ""
      let column = error.place?.column.map { ", column \($0)" } ?? ""
      return "text that isn't\(line)\(column): \(error.messageWithAdvice)"
    }
    return "a number that is too large"
  }

  private static func name(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }.joined(separator: ".")
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Bool.Type: return "true or false"
    case is any FixedWidthInteger.Type: return "a whole number"
    case is any BinaryFloatingPoint.Type: return "a number"
    case is String.Type: return "a text"
    default:
      let name = String(describing: type)
      if name.hasPrefix("Dictionary<") { return "an object" }
      return name.hasPrefix("Array<") ? "a list" : "a value"
    }
  }
}

/// Any JSON value, to describe what was found.
private enum JSONContent: Decodable {
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONContent])
  case object([String: JSONContent])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONContent].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONContent].self))
    }
  }

  /// Describes the value at a path in a few words.
  static func text(at path: [any CodingKey], in bytes: [UInt8]) -> String {
    guard
      var value = try? JSONDecoder().decode(
        JSONContent.self, from: ContractDocument.complete(bytes))
    else {
      return "something else"
    }
    for key in path {
      switch value {
      case .object(let values):
        guard let next = values[key.stringValue] else { return "nothing" }
        value = next
      case .list(let values):
        guard let index = key.intValue, values.indices.contains(index) else { return "nothing" }
        value = values[index]
      case .flag, .number, .text, .null: return value.text
      }
    }
    return value.text
  }

  private var text: String {
    switch self {
    case .flag(let value): "\(value)"
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .text(let value): "\"\(value.prefix(60))\""
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    case .null: "null"
    }
  }
}
