import Foundation

/// `path` as an absolute path: one that is not absolute starts at `folder`, and a relative folder
/// at the working directory. `.` and `..` are taken out of the text; links are not followed.
func absolutePath(_ path: String, below folder: String) -> String {
  var full = path
  if !full.hasPrefix("/") { full = folder + "/" + full }
  if !full.hasPrefix("/") { full = FileManager.default.currentDirectoryPath + "/" + full }
  var components: [Substring] = []
  for component in full.split(separator: "/") where component != "." {
    if component == ".." {
      _ = components.popLast()
    } else {
      components.append(component)
    }
  }
  return "/" + components.joined(separator: "/")
}

/// The folder of `file`, as a path that may be relative.
func folder(of file: String) -> String {
  guard let slash = file.lastIndex(of: "/") else { return "." }
  return slash == file.startIndex ? "/" : String(file[..<slash])
}
