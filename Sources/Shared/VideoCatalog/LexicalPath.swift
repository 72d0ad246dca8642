/// An absolute path with "." and ".." resolved as text, without asking the file system.
struct LexicalPath: Hashable {
  /// The components below the file system's root.
  let components: [String]

  /// Takes an absolute path; ".." at the top stays at the top.
  init(_ path: String) {
    var components: [String] = []
    for component in FileNames.components(path) where component != "." {
      if component == ".." {
        _ = components.popLast()
      } else {
        components.append(String(component))
      }
    }
    self.components = components
  }
}
