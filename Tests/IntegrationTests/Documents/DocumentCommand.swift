import Foundation

/// A command of a block, with all of its lines.
struct DocumentCommand: Sendable {
  /// Number of its first line in the document.
  let line: Int
  /// As the document shows it.
  let text: String

  /// On one line with single spaces, without the comment at its end.
  var words: String {
    text.replacingOccurrences(of: "\\\n", with: " ")
      .replacingOccurrences(of: #"\s#\s.*$"#, with: "", options: .regularExpression)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The commands of a block of shell. A command has as many lines as bash needs; lines with a comment
  /// alone are none.
  static func commands(of block: Document.Block) throws -> [DocumentCommand] {
    var commands: [DocumentCommand] = []
    var open: DocumentCommand?
    for (index, line) in block.lines.enumerated() {
      let content = line.trimmingCharacters(in: .whitespaces)
      if open == nil, content.isEmpty || content.hasPrefix("#") { continue }
      let command = DocumentCommand(
        line: open?.line ?? block.firstLine + index,
        text: (open.map { $0.text + "\n" } ?? "") + line)
      open = try isComplete(command.text) ? nil : command
      if open == nil { commands.append(command) }
    }
    // Bash says what is wrong with one that has no end.
    return commands + (open.map { [$0] } ?? [])
  }

  /// Whether bash reads it without asking for more.
  private static func isComplete(_ text: String) throws -> Bool {
    if text.hasSuffix("\\") { return false }
    let outcome = try BuiltExecutable.run(
      ["-n", "-c", text], program: URL(fileURLWithPath: "/bin/bash"))
    return outcome.status == 0 && outcome.errors.isEmpty
  }
}
