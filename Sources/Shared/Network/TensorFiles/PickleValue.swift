/// A Python name that a pickle refers to, such as `torch.FloatStorage`. It is only ever compared.
struct PickleGlobal: Sendable, Hashable, CustomStringConvertible {
  let module: String
  let name: String

  var description: String { "\(module).\(name)" }

  /// The name as protocol 2 and NumPy 2 write it. Protocol 2 has Python 2's names of modules, such
  /// as `__builtin__` for `builtins`; NumPy 2 has renamed `numpy.core` to `numpy._core`.
  var canonical: PickleGlobal {
    if module == "builtins" { return PickleGlobal(module: "__builtin__", name: name) }
    if module == "copyreg" { return PickleGlobal(module: "copy_reg", name: name) }
    guard module.hasPrefix("numpy.core.") else { return self }
    return PickleGlobal(module: "numpy._core." + module.dropFirst("numpy.core.".count), name: name)
  }
}

/// An inert value of a pickle.
///
/// Pickles share values and can contain themselves. Compound values are therefore indices into a
/// flat table (`Pickle.objects`): releasing it never recurses, cycles don't leak, and the code that
/// walks it decides how deep.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// Two's complement, little-endian; more than 64 bits.
  case largeInteger([UInt8])
  case float(Double)
  case string(String)
  /// A string of more than `PickleValue.longestString` bytes, as in the file, not yet checked to be
  /// UTF-8. Protocol 2 writes the elements of arrays in this form.
  case longString(ArraySlice<UInt8>)
  /// `bytes`, `bytearray`, or a Python 2 string that is long or not UTF-8.
  case bytes(ArraySlice<UInt8>)
  case global(PickleGlobal)
  /// An index into `Pickle.objects`.
  case object(Int)

  /// The longest string that is kept as a `String`, in bytes.
  static let longestString = 4096
}

/// A compound value of a pickle.
struct PickleObject: Sendable {
  enum Kind: Sendable, Equatable {
    case list
    case tuple
    /// `dict` or `collections.OrderedDict`; `items` are key, value, key, value, ...
    case dictionary
    /// `set` or `frozenset`, which protocol 4 has instructions for.
    case set
    /// What Python would make by calling this with `items`. Nothing is called here.
    case call(PickleGlobal)
    /// An object whose class, or the function that makes it, is unknown here: `argparse.Namespace`,
    /// a path, a configuration. Its arguments are kept, but used only as plain values.
    case opaque(PickleGlobal)
    /// A value kept outside the pickle; `items` is its one identifier.
    case persistent
  }

  var kind: Kind
  // The items are a field, not a payload of `Kind`, so that appending happens in place: copying
  // the array on each APPEND would make a hostile pickle take quadratic time.
  var items: [PickleValue]
  /// What BUILD attached, such as the `_metadata` of a state_dict, or the attributes of an object.
  var state: PickleValue?
  /// The items (key, value, key, value, ...) of an opaque object that is a dictionary, such as a
  /// `collections.defaultdict`.
  var entries: [PickleValue] = []

  init(kind: Kind, items: [PickleValue]) {
    self.kind = kind
    self.items = items
  }
}

/// The content of one pickle.
struct Pickle: Sendable {
  let objects: [PickleObject]
  let root: PickleValue
  /// Unknown classes and functions, each once, in file order.
  var strangers: [PickleGlobal] = []

  /// The compound value that a reference stands for; nil for plain values.
  func object(_ value: PickleValue) -> PickleObject? {
    if case .object(let index) = value { objects[index] } else { nil }
  }

  /// The items of a tuple or list; nil for anything else.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    guard let object = object(value), object.kind == .tuple || object.kind == .list else {
      return nil
    }
    return object.items
  }

  /// The entries of a dictionary, or of an object of a dictionary's subclass; nil for anything
  /// else.
  ///
  /// A repeated string key follows Python's rule: position of the first, value of the last. A key
  /// that is no string, or longer than `PickleEntry.maximumTextLength`, has no text.
  func dictionary(_ value: PickleValue) -> [PickleEntry]? {
    guard let object = object(value) else { return nil }
    let items: [PickleValue]
    switch object.kind {
    case .dictionary: items = object.items
    case .opaque where !object.entries.isEmpty: items = object.entries
    default: return nil
    }
    var entries: [PickleEntry] = []
    var indices: [String: Int] = [:]
    entries.reserveCapacity(items.count / 2)
    for index in stride(from: 0, to: items.count - 1, by: 2) {
      let entry = PickleEntry(key: items[index], value: items[index + 1])
      if let text = entry.text {
        if let known = indices[text] {
          entries[known] = entry
          continue
        }
        indices[text] = entries.count
      }
      entries.append(entry)
    }
    return entries
  }

  /// The attributes of an object of an unknown class; nil for anything else.
  func attributes(_ value: PickleValue) -> [PickleEntry]? {
    guard let object = object(value), case .opaque = object.kind, let state = object.state else {
      return nil
    }
    return dictionary(state)
  }

  /// The named parts of a value: the entries of a dictionary, or the attributes of an object.
  func members(_ value: PickleValue) -> [PickleEntry]? { dictionary(value) ?? attributes(value) }

  /// The kind of a value in words, for errors. It never descends into compound values.
  func summary(_ value: PickleValue) -> String {
    switch value {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .integer(let value): "the integer \(value)"
    case .largeInteger(let bytes): "an integer of \(bytes.count) bytes"
    case .float(let value): "the number \(value)"
    case .string(let value): "the string '\(value.prefix(80))'"
    case .longString(let bytes): "a string of \(bytes.count) bytes"
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .global(let global): "the name \(global)"
    case .object(let index):
      switch objects[index].kind {
      case .list: "a list of \(objects[index].items.count)"
      case .tuple: "a tuple of \(objects[index].items.count)"
      case .dictionary: "a dictionary of \(objects[index].items.count / 2)"
      case .set: "a set of \(objects[index].items.count)"
      case .call(let global), .opaque(let global): "an object made by \(global)"
      case .persistent: "a storage"
      }
    }
  }
}

/// One entry of a pickled dictionary.
struct PickleEntry: Sendable {
  let key: PickleValue
  let value: PickleValue

  /// The longest key that counts as text, in bytes. Without a bound, one long string shared by a
  /// million entries would be hashed a million times.
  static let maximumTextLength = 1024

  /// The key if it is a string of reasonable length.
  var text: String? {
    guard case .string(let text) = key, text.utf8.count <= Self.maximumTextLength else {
      return nil
    }
    return text
  }
}
