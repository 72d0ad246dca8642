/// A JSON text as a tree, with the order of members kept.
///
/// Foundation's readers drop repeated keys silently. In a list of labels a repeated key is two
/// statements about one video, so this reader reports it.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Members in their order; no key twice.
  case object([JSONMember])

  /// Parses a whole text.
  ///
  /// - Parameter path: the file that errors name.
  package static func parse(_ bytes: [UInt8], path: String) throws(FileError) -> JSONValue {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var reader = JSONReader(bytes, range: start..<bytes.count, path: path)
    let value = try reader.value()
    try reader.expectEnd()
    return value
  }

  /// The members of an object; nil for any other value.
  package var members: [JSONMember]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array; nil for any other value.
  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The text of a string; nil for any other value.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The first member of that name; nil if there is none or the value is not an object.
  package subscript(key key: String) -> JSONValue? {
    members?.first { $0.key == key }?.value
  }

  /// What messages call a value of this type.
  package var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// One `"key": value` of an object.
package struct JSONMember: Sendable, Equatable {
  package var key: String
  package var value: JSONValue

  package init(key: String, value: JSONValue) {
    self.key = key
    self.value = value
  }
}
