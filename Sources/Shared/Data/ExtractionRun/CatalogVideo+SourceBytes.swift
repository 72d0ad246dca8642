internal import Files
package import VideoCatalog

extension CatalogVideo {
  /// Size of the video's file; nil for a folder of pictures, and if there is no such file.
  package var sourceBytes: Int? {
    guard form != .frames else { return nil }
    return (try? FileSystem.size(of: path)) ?? nil
  }
}
