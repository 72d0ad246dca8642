package import Files
internal import Foundation
internal import PrintableText

/// The destination of a command's result in a form for programs: a file, or standard output.
///
/// One rule holds for all commands: `-` is standard output, and then nothing else goes there; the
/// text for people is left out, while progress, notes and warnings stay on standard error. If the
/// result goes to a file, the text is printed as usual.
package struct ResultDestination: Sendable, Equatable {
  /// The format of the result.
  package enum Kind: Sendable, Equatable {
    /// A JSON document.
    case json
    /// A CSV table whose first column has this name.
    case table(firstColumn: String)
  }

  /// The argument that means standard output.
  package static let standardOutput = "-"

  /// The file; nil for standard output.
  package let path: String?

  private let kind: Kind

  /// Checks before the work what could fail after it, and reserves standard output for the result
  /// if it goes there.
  ///
  /// - Parameter argument: a path, or `-` for standard output.
  /// - Throws: if the folder is missing, or there is a file that no command of this kind wrote: a
  ///   clip or a model that was named by mistake is not replaced.
  package init(_ argument: String, _ kind: Kind) throws(FileError) {
    self.kind = kind
    guard argument != Self.standardOutput else {
      path = nil
      StandardOutput.isForResult = true
      return
    }
    path = argument
    let folder = URL(fileURLWithPath: argument).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw FileError(.missing, argument, "its folder is missing or can't be written to")
    }
    guard let size = try FileSystem.size(of: argument), size > 0 else { return }
    let beginning = try OpenFile(argument, .read).read(count: 64, at: 0)
    guard kind.mayBegin(with: beginning) else {
      throw FileError(
        .foreign, argument, "the file that is there is no \(kind.name), so it is not replaced",
        advice: "name another file, or remove it")
    }
  }

  /// Writes a result as JSON with sorted keys; the key `format` gives its kind and version.
  ///
  /// - Parameter format: as in `evaluation/1`; the number rises if a key changes its meaning.
  package func write(_ result: some Encodable, format: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let document = FormattedResult(format: format, content: result)
    // Characters that a terminal would interpret are escaped, which doesn't change the meaning of
    // JSON. So file and standard output get equal bytes.
    try write(text: String(decoding: encoder.encode(document), as: UTF8.self).printableLines + "\n")
  }

  /// A result as one line of JSON, for a document of such lines: sorted keys, `format` as in
  /// `write`.
  package static func line(_ result: some Encodable, format: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let document = FormattedResult(format: format, content: result)
    return String(decoding: try encoder.encode(document), as: UTF8.self).printableLines + "\n"
  }

  /// Writes a text that ends in a line feed. On standard output, characters that a terminal would
  /// interpret are escaped.
  package func write(text: String) throws(FileError) {
    if let path {
      try AtomicFile.write(text: text, to: path)
    } else {
      StandardOutput.writeResult(text)
    }
  }
}

extension ResultDestination.Kind {
  fileprivate var name: String {
    switch self {
    case .json: "JSON"
    case .table(let column): "table that begins with the column '\(column)'"
    }
  }

  fileprivate func mayBegin(with bytes: [UInt8]) -> Bool {
    switch self {
    case .json:
      let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
      return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    case .table(let column): return bytes.starts(with: Array(column.utf8))
    }
  }
}

/// A result with the key `format` beside its own.
private struct FormattedResult<Content: Encodable>: Encodable {
  let format: String
  let content: Content

  private enum CodingKeys: String, CodingKey {
    case format
  }

  func encode(to encoder: any Encoder) throws {
    try content.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(format, forKey: .format)
  }
}
