internal import Contract
internal import Files

/// Decides which folders of pictures are one video each.
///
/// Such a folder holds at least two pictures named by numbers, no videos and no folders, and its
/// name is none that data sets use for labels, splits, methods and collections: `real/00001.jpg`
/// and `real/00002.jpg` show two people. A folder with one picture is a video of one frame if a
/// folder beside it holds frames.
struct FrameFolders {
  /// Paths of the folders that are one video each.
  let paths: Set<String>

  /// - Parameter labels: names of folders that the user gave a label.
  init(
    in folders: [DirectoryTree.Folder], withSubfolders: Set<String>,
    labels: FolderLabels = FolderLabels()
  ) {
    var certain: Set<String> = []
    var single: [String] = []
    for folder in folders {
      guard !folder.pictures.isEmpty, folder.videos.isEmpty, !withSubfolders.contains(folder.path),
        let name = FileNames.components(folder.path).last, !Self.isCollection(name, labels),
        NumberedPictures(folder.pictures) != nil
      else { continue }
      if folder.pictures.count > 1 {
        certain.insert(folder.path)
      } else {
        single.append(folder.path)
      }
    }
    let parents = Set(certain.map(FileNames.folder))
    paths = certain.union(single.filter { parents.contains(FileNames.folder($0)) })
  }

  /// Names of folders that hold pictures of many videos or people.
  private static let collections: Set<String> = [
    "images", "image", "img", "imgs", "pictures", "photos", "faces", "portraits", "crops",
    "thumbnails", "deepfakes", "face2face", "faceswap", "neuraltextures", "faceshifter",
    "deepfakedetection", "youtube", "actors",
  ]

  private static func isCollection(_ name: Substring, _ labels: FolderLabels) -> Bool {
    FolderWord(name, labels: labels).map { !$0.isSilent } ?? false
      || FaceForensicsFilter.isCompression(name) || collections.contains(name.lowercased())
  }

  /// Whether pictures below the path show no faces: DeepfakeBench puts masks and landmarks beside
  /// its frames.
  static func isBelowMasks(_ path: String) -> Bool {
    FileNames.components(path).contains {
      ["mask", "masks", "landmarks"].contains($0.lowercased())
    }
  }

  /// The folders of frames that lie beside the videos that they were taken from: `000` beside
  /// `000.mp4`, `frames/000` beside `videos/000.mp4`.
  func besideVideos(_ folders: [DirectoryTree.Folder]) -> Set<String> {
    var stems: [String: Set<String>] = [:]
    for folder in folders where !folder.videos.isEmpty {
      stems[folder.path] = Set(folder.videos.map(FileNames.stem))
    }
    return paths.filter { path in
      let parent = FileNames.folder(path)
      let name = String(FileNames.components(path).last ?? "")
      return [parent, FileNames.join(FileNames.folder(parent), "videos")].contains {
        stems[$0]?.contains(name) == true
      }
    }
  }
}
