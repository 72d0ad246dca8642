internal import Glibc

/// The videos that paths on a command line stand for, without labels: files, folders of numbered
/// pictures, and the videos below other folders.
package struct InputVideos: Sendable, Equatable {
  /// Paths of the videos, in the order of the arguments; those of a folder by name.
  package private(set) var paths: [String] = []
  /// Remarks about links that were not followed and about folders of frames, one sentence each.
  package private(set) var notes: [String] = []
  /// Folders without a video.
  package private(set) var emptyFolders: [String] = []

  /// Finds the videos. A path that doesn't exist is kept: opening it gives the error.
  ///
  /// - Throws: if a folder can't be listed.
  package init(_ arguments: [String]) throws(VideoCatalogError) {
    for argument in arguments {
      guard case .unusable = ListedPath(argument), Self.isFolder(argument) else {
        paths.append(argument)
        continue
      }
      let tree = try DirectoryTree(root: argument)
      let found = tree.folders.flatMap { folder in
        folder.videos.map { FileNames.join(FileNames.join(argument, folder.path), $0) }
      }
      if found.isEmpty { emptyFolders.append(argument) }
      paths += found
      notes += tree.notes
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
