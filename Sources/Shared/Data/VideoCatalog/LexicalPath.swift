/// An absolute path with "." and ".." resolved as text, without asking the file system.
struct LexicalPath: Hashable {
  /// The path, without a slash at its end; empty for the file system's root.
  let text: String

  /// The components below the file system's root.
  var components: [Substring] { FileNames.components(text) }

  /// Takes an absolute path; ".." at the top stays at the top.
  init(_ path: String) {
    var components: [Substring] = []
    for component in FileNames.components(path) where component != "." {
      if component == ".." {
        _ = components.popLast()
      } else {
        components.append(component)
      }
    }
    text = components.isEmpty ? "" : "/" + components.joined(separator: "/")
  }

  /// The path below `folder`, or nil if it lies elsewhere or is `folder` itself.
  func path(below folder: LexicalPath) -> String? {
    let prefix = folder.text.utf8
    guard text.utf8.count > prefix.count + 1, text.utf8.starts(with: prefix),
      text.utf8[text.utf8.index(text.startIndex, offsetBy: prefix.count)] == UInt8(ascii: "/")
    else { return nil }
    return String(text.utf8.dropFirst(prefix.count + 1))
  }
}
