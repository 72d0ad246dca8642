internal import Glibc

extension NumberedPictures {
  /// The series that a folder's pictures form; nil if they form none. Hidden entries, files that
  /// aren't pictures, and entries that aren't files, such as a FIFO, are skipped. The corresponding
  /// C function is `readdir`.
  package init?(folder path: String) throws(FileError) {
    guard let directory = opendir(path) else {
      throw FileError(errno: errno, path, "can't list the folder")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        if errno != 0 { throw FileError(errno: errno, path, "can't list the folder") }
        break
      }
      guard [DT_REG, DT_LNK, DT_UNKNOWN].contains(where: { Int($0) == Int(entry.pointee.d_type) })
      else { continue }
      // Read in place: copying the whole `dirent` could run past the end of its buffer.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { continue }
      let pointer = UnsafeRawPointer(entry).advanced(by: offset)
        .assumingMemoryBound(to: CChar.self)
      guard let name = String(validatingCString: pointer), !name.hasPrefix("."),
        Self.isPicture(name)
      else { continue }
      names.append(name)
    }
    self.init(names)
  }
}
