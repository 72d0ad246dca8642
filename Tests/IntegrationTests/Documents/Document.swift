import Foundation
import Testing

/// A Markdown page of the checkout with its fenced blocks, as it is when the test runs.
struct Document: Sendable, CustomTestStringConvertible {
  /// A fenced block.
  struct Block: Sendable {
    /// The word after the opening fence, e.g. `sh`; empty where there is none.
    let language: String
    /// Number of the first line within the fences, counted from 1.
    let firstLine: Int
    /// The lines between the fences, without the indentation of the fence.
    let lines: [String]
    /// Whether only empty lines separate this block from the one before it.
    let followsBlock: Bool

    /// The block as one text.
    var text: String { lines.joined(separator: "\n") }
  }

  /// A block without a closing fence.
  struct Unclosed: Error, CustomStringConvertible {
    let description: String
  }

  /// Path within the checkout, e.g. `docs/onnx.md`.
  let path: String
  /// In their order.
  let blocks: [Block]

  var testDescription: String { path }

  /// README.md, CONTRIBUTING.md, the pages in `docs` and the READMEs below `deploy`.
  static let all: [Document] = {
    do {
      return try paths().map(Document.init)
    } catch {
      Issue.record("the documents can't be read: \(error)")
      return []
    }
  }()

  /// Those with a block of shell commands.
  static let withCommands = all.filter { $0.blocks.contains { $0.language == "sh" } }

  private static func paths() throws -> [String] {
    let files = FileManager.default
    func below(_ folder: String) throws -> [String] {
      try files.subpathsOfDirectory(
        atPath: BuiltExecutable.packageFolder.appendingPathComponent(folder).path
      ).sorted().map { folder + "/" + $0 }
    }
    let pages = try below("docs").filter { $0.hasSuffix(".md") }
    let readmes = try below("deploy").filter {
      URL(fileURLWithPath: $0).lastPathComponent.uppercased().hasPrefix("README")
    }
    return ["README.md", "CONTRIBUTING.md"] + pages + readmes
  }

  /// Reads a page.
  init(path: String) throws {
    let text = try String(
      contentsOf: BuiltExecutable.packageFolder.appendingPathComponent(path), encoding: .utf8)
    try self.init(path: path, text: text)
  }

  /// Finds the blocks of a text.
  init(path: String, text: String) throws {
    var blocks: [Block] = []
    var open: (language: String, indentation: Int, firstLine: Int, lines: [String])?
    // False also before the first block.
    var onlyEmptyLines = false
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      let content = line.drop { $0 == " " }
      guard content.hasPrefix("```") else {
        let indentation = min(open?.indentation ?? 0, line.count - content.count)
        open?.lines.append(String(line.dropFirst(indentation)))
        if open == nil, !content.isEmpty { onlyEmptyLines = false }
        continue
      }
      if let block = open {
        blocks.append(
          Block(
            language: block.language, firstLine: block.firstLine, lines: block.lines,
            followsBlock: onlyEmptyLines))
        (open, onlyEmptyLines) = (nil, true)
      } else {
        let word = content.dropFirst(3).split(separator: " ").first.map(String.init)
        open = (word ?? "", line.count - content.count, index + 2, [])
      }
    }
    if let open {
      throw Unclosed(description: "\(path):\(open.firstLine - 1): the block has no closing fence")
    }
    (self.path, self.blocks) = (path, blocks)
  }
}
