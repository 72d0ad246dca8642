internal import Glibc

extension FileSystem {
  /// Creates a folder and its missing parents; an existing folder is left as it is. The
  /// corresponding C function is `mkdir`.
  package static func createFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    var reason = errno
    if reason == ENOENT, case let parent = folder(of: path), parent != path, parent != "." {
      try createFolder(parent)
      if mkdir(path, 0o777) == 0 { return }
      reason = errno
    }
    guard reason == EEXIST else { throw FileError(errno: reason, path, "can't create the folder") }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(
        .inputOutput, path, "can't create the folder: a file of this name is there",
        advice: "choose another folder")
    }
  }

  /// The names of a folder's entries, in no order. The corresponding C function is `readdir`.
  package static func entries(of path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else {
      throw FileError(errno: errno, path, "can't list the folder")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw FileError(errno: errno, path, "can't list the folder") }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }
}
