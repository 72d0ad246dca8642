/// A JSON text as a tree, with the order of members kept.
///
/// Foundation's readers drop repeated keys without a word. In a list of labels a repeated key is two
/// statements about one video, so this reader reports it.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The members of an object; nil for any other value.
  var members: [JSONMember]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array; nil for any other value.
  var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The text of a string; nil for any other value.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The first member of that name; nil if there is none or the value is not an object.
  subscript(key key: String) -> JSONValue? {
    members?.first { $0.key == key }?.value
  }

  /// How messages call a value of this type.
  var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// Reads and parses a file.
  static func read(_ path: String) throws(VideoCatalogError) -> JSONValue {
    try JSONParser.parse(MetadataFile.read(path), path: path)
  }
}

/// One `"key": value` of an object.
struct JSONMember: Equatable {
  var key: String
  var value: JSONValue
}
