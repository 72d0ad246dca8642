internal import Glibc

/// The folders below a data set's root with the videos in them: files, pictures, folders of frames.
///
/// Reads directory entries only: no call per file if the file system tells types. Hidden entries,
/// special files, and files that are neither videos nor metadata are only counted. Links to files
/// count as files, links to folders are followed; every folder is listed once, by its real path if
/// that lies below the root, so that loops of links end.
struct DirectoryTree {
  /// One folder.
  struct Folder {
    /// Path below the root; empty for the root itself.
    let path: String
    /// Names of the videos in it, sorted: video files, pictures, and folders that are one video
    /// each.
    var videos: [String] = []
    /// Names of the pictures in it, until it is decided whether they are videos or frames.
    fileprivate(set) var pictures: [String] = []
    /// Names of the files in it that are metadata of some data set.
    var documents: [String] = []
  }

  /// The folder that all paths are relative to.
  let root: String
  /// All folders, sorted by path.
  private(set) var folders: [Folder] = []
  /// Folders that the caller's `skip` excluded, sorted.
  private(set) var skipped: [String] = []
  /// Video files that are links without a target.
  private(set) var brokenLinks: [String] = []
  /// Entries whose name is not UTF-8, repaired for display.
  private(set) var unnamable: [String] = []
  /// Remarks about links that were not followed, and about folders of frames.
  private(set) var notes: [String] = []
  /// Paths of the folders that are one video each.
  private(set) var frameFolders: Set<String> = []
  /// Counts of what isn't used.
  private(set) var passedOver = PassedOver()

  private var visited: Set<FileIdentity> = []
  private var pendingLinks: [String] = []
  private var withSubfolders: Set<String> = []

  /// The total number of videos.
  var videoCount: Int { folders.reduce(0) { $0 + $1.videos.count } }

  /// Lists `root`. `skip` is called with the path of each folder below the root before it is
  /// opened; `numberedPictures` says how a folder of numbered pictures is read, `labels` which
  /// folders the user gave a label.
  init(
    root: String, numberedPictures: CatalogOptions.NumberedPictures = .frames,
    labels: FolderLabels = FolderLabels(), skip: (String) -> Bool = { _ in false }
  ) throws(VideoCatalogError) {
    self.root = root
    try walk(from: "", skip: skip)
    // Links come after all real folders: a folder that has a real path is listed under that one.
    var next = 0
    while next < pendingLinks.count {
      let link = pendingLinks[next]
      next += 1
      try walk(from: link, skip: skip)
    }
    folders.sort { $0.path.bytewisePrecedes($1.path) }
    skipped.sort { $0.bytewisePrecedes($1) }
    passedOver.add(.folder, count: skipped.count)
    settlePictures(numberedPictures, labels)
  }

  /// Decides for all pictures whether each is a video or a frame of one.
  private mutating func settlePictures(
    _ rule: CatalogOptions.NumberedPictures, _ labels: FolderLabels
  ) {
    var positions: [String: Int] = [:]
    for index in folders.indices {
      positions[folders[index].path] = index
      if FrameFolders.isBelowMasks(folders[index].path) {
        passedOver.add(.mask, count: folders[index].pictures.count)
        folders[index].pictures = []
      }
    }
    if rule == .frames {
      let found = FrameFolders(in: folders, withSubfolders: withSubfolders, labels: labels)
      let beside = found.besideVideos(folders)
      passedOver.add(.framesOfVideo, count: beside.count)
      frameFolders = found.paths.subtracting(beside)
      var frameCount = 0
      for path in found.paths {
        guard let own = positions[path], let parent = positions[FileNames.folder(path)] else {
          continue
        }
        if frameFolders.contains(path) {
          frameCount += folders[own].pictures.count
          folders[parent].videos.append(String(FileNames.components(path).last ?? ""))
        }
        folders[own].pictures = []
      }
      noteFrames(frameCount)
    }
    for index in folders.indices {
      folders[index].videos += folders[index].pictures
      folders[index].pictures = []
      folders[index].videos.sort { $0.bytewisePrecedes($1) }
    }
  }

  private mutating func noteFrames(_ frameCount: Int) {
    guard !frameFolders.isEmpty else { return }
    let names = frameFolders.sorted { $0.bytewisePrecedes($1) }
    notes.append(
      "\(counted(names.count, "folder")) of numbered pictures (\(frameCount) in all), each taken for "
        + "the frames of one video: \(FileNames.summary(names, limit: 3)) "
        + "(--set numberedPictures=single makes each picture a video)")
  }

  private mutating func walk(
    from start: String, skip: (String) -> Bool
  ) throws(VideoCatalogError) {
    var stack = [start]
    while let path = stack.popLast() {
      if !path.isEmpty && skip(path) {
        skipped.append(path)
        continue
      }
      var subfolders = try list(path)
      // Sorted, so that the choice between two links to one folder doesn't depend on the file
      // system.
      subfolders.sort { $1.bytewisePrecedes($0) }
      stack.append(contentsOf: subfolders)
    }
  }

  /// Lists one folder; returns the paths of the real folders in it.
  private mutating func list(_ path: String) throws(VideoCatalogError) -> [String] {
    let fullPath = FileNames.join(root, path)
    guard let directory = opendir(fullPath) else { throw Self.unreadable(fullPath, errno) }
    defer { closedir(directory) }
    var status = stat()
    guard fstat(dirfd(directory), &status) == 0 else { throw Self.unreadable(fullPath, errno) }
    guard visited.insert(FileIdentity(status)).inserted else {
      notes.append("\(path): a link to a folder that is listed already; not followed")
      return []
    }
    var folder = Folder(path: path)
    var subfolders: [String] = []
    var links: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        if errno != 0 { throw Self.unreadable(fullPath, errno) }
        break
      }
      guard let name = try usableName(of: entry, in: path) else { continue }
      let entryPath = FileNames.join(path, name)
      switch Self.type(of: entry, name: name, in: directory) {
      case .folder: subfolders.append(entryPath)
      case .folderLink: links.append(entryPath)
      case .brokenLink:
        if FileNames.isVideo(name) {
          brokenLinks.append(entryPath)
        } else {
          passedOver.add(.brokenLink)
        }
      case .other(let kind): passedOver.add(kind)
      case .file:
        if FileNames.form(ofFile: name) == .picture {
          folder.pictures.append(name)
        } else if FileNames.isVideo(name) {
          folder.videos.append(name)
        } else if Self.isDocument(name) {
          folder.documents.append(name)
        } else {
          passedOver.addFile(name)
        }
      }
    }
    links.sort { $0.bytewisePrecedes($1) }
    pendingLinks.append(contentsOf: links)
    folder.documents.sort { $0.bytewisePrecedes($1) }
    folders.append(folder)
    if !subfolders.isEmpty { withSubfolders.insert(path) }
    return subfolders
  }

  /// The entry's name, or nil for one that is ignored.
  private mutating func usableName(
    of entry: UnsafeMutablePointer<dirent>, in folder: String
  ) throws(VideoCatalogError) -> String? {
    // The name is read in place: copying the whole `dirent` could run past the end of its buffer.
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
    let pointer = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
    if pointer.pointee == CChar(UInt8(ascii: ".")) {
      if strcmp(pointer, ".") != 0 && strcmp(pointer, "..") != 0 { passedOver.add(.hidden) }
      return nil
    }
    guard let name = String(validatingCString: pointer) else {
      unnamable.append(FileNames.join(folder, String(cString: pointer)))
      return nil
    }
    // Every ext4 file system has this folder, and only root can read it.
    return folder.isEmpty && name == "lost+found" ? nil : name
  }

  private enum EntryType {
    case file, folder, folderLink, brokenLink
    case other(PassedOver.Kind)
  }

  private static func type(
    of entry: UnsafeMutablePointer<dirent>, name: String, in directory: OpaquePointer
  ) -> EntryType {
    switch Int(entry.pointee.d_type) {
    case Int(DT_REG): return .file
    case Int(DT_DIR): return .folder
    case Int(DT_FIFO): return .other(.fifo)
    case Int(DT_SOCK): return .other(.socket)
    case Int(DT_LNK), Int(DT_UNKNOWN): break
    default: return .other(.device)
    }
    // A link, or a file system that doesn't tell types: the type must be asked for.
    var status = stat()
    guard fstatat(dirfd(directory), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      // Removed meanwhile.
      return .brokenLink
    }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    if isLink && fstatat(dirfd(directory), name, &status, 0) != 0 { return .brokenLink }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return isLink ? .folderLink : .folder
    case S_IFIFO: return .other(.fifo)
    case S_IFSOCK: return .other(.socket)
    default: return .other(.device)
    }
  }

  private static func isDocument(_ name: String) -> Bool {
    CelebDFReader.isList(name) || VideoList.fileNames.contains(name)
      || FaceForensicsSplits.fileNames.contains(name) || name.hasSuffix(".csv")
  }

  private static func unreadable(_ path: String, _ code: Int32) -> VideoCatalogError {
    VideoCatalogError(
      .unreadable, path, "the folder can't be listed: \(systemMessage(code))",
      suggestion: code == EACCES
        ? "A catalog without it would be incomplete: allow reading it, or move it away." : nil)
  }
}

/// Device and inode, which are equal for two paths of one file.
private struct FileIdentity: Hashable {
  let device: UInt
  let inode: UInt

  init(_ status: stat) {
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
  }
}
