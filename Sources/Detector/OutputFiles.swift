import CommandParts
import Files
import Foundation

/// Paths of the output files, one per input: a file for one input, a folder of files for several.
struct OutputFiles {
  /// Paths, in the order of the inputs.
  let paths: [String]

  /// - Parameters:
  ///   - argument: The user's argument: a file or a folder.
  ///   - option: Name of the option, for errors.
  ///   - ending: Suffix of the files of videos in a folder, for instance `.html`.
  ///   - pictureEnding: Suffix of the files of pictures; nil is that of videos.
  ///   - inputs: The inputs, which are never replaced.
  /// - Throws: `CommandError` if the files can't be written, or if an input would be replaced.
  init(
    _ argument: String, option: String, ending: String, pictureEnding: String? = nil,
    inputs: [String]
  ) throws {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    let isThere = manager.fileExists(atPath: argument, isDirectory: &isFolder)
    if inputs.count == 1, !argument.hasSuffix("/"), !(isThere && isFolder.boolValue) {
      paths = [argument]
    } else {
      guard !isThere || isFolder.boolValue else {
        throw CommandError(
          "\(option) \(argument): expected a folder for \(inputs.count) inputs, got a file")
      }
      do {
        try manager.createDirectory(atPath: argument, withIntermediateDirectories: true)
      } catch {
        throw CommandError("\(option) \(argument): the folder can't be made")
      }
      paths = Self.names(inputs, ending, pictureEnding ?? ending).map {
        argument + (argument.hasSuffix("/") ? "" : "/") + $0
      }
    }
    let folder = URL(fileURLWithPath: paths[0]).deletingLastPathComponent().path
    guard manager.isWritableFile(atPath: folder) else {
      throw CommandError("\(option) \(argument): its folder is missing or can't be written to")
    }
    let known = Set(inputs.map(Self.resolved))
    for path in paths where known.contains(Self.resolved(path)) {
      throw CommandError(
        "\(option): \(path) is an input, which is never replaced; name another file")
    }
  }

  /// The names of the inputs with the suffix added; equal names are numbered.
  private static func names(
    _ inputs: [String], _ ending: String, _ pictureEnding: String
  ) -> [String] {
    var counts: [String: Int] = [:]
    return inputs.map { input in
      let name = URL(fileURLWithPath: input).lastPathComponent
      let count = (counts[name] ?? 0) + 1
      counts[name] = count
      return name + (count > 1 ? "-\(count)" : "")
        + (NumberedPictures.isPicture(name) ? pictureEnding : ending)
    }
  }

  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
}
