internal import Files
internal import Glibc

/// What a path in a list refers to on this machine. Only folders are opened: opening a FIFO would
/// wait for a writer.
enum ListedPath {
  /// A video in one of its forms.
  case video(VideoForm)
  /// Something else, described as part of a sentence.
  case unusable(String)

  init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .unusable(errno == ENOENT ? "there is no such file" : systemMessage(errno))
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .video(FileNames.form(ofFile: path))
    case S_IFDIR: self = Self.folder(path)
    case S_IFIFO: self = .unusable("a FIFO, not a regular file")
    case S_IFSOCK: self = .unusable("a socket, not a regular file")
    case S_IFBLK, S_IFCHR: self = .unusable("a device, not a regular file")
    default: self = .unusable("not a regular file")
    }
  }

  private static func folder(_ path: String) -> ListedPath {
    do {
      if try NumberedPictures(folder: path) != nil { return .video(.frames) }
    } catch {
      return .unusable(error.message + (error.cause.map { ": \($0)" } ?? ""))
    }
    return .unusable(
      "a folder, and not one of frames: expected pictures whose names differ in a number only, "
        + "such as 000.png and 001.png")
  }
}
