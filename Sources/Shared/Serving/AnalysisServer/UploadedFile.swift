internal import Analyses
internal import AnalysisStore
internal import Dispatch
internal import Files
internal import HTTPTypes
internal import NIOCore

/// A file that is being received; it is written to the disk piece by piece.
final class UploadedFile {
  let id = AnalysisID()
  /// Number of bytes after which the free disk space is checked again.
  private static let stepBytes = 8 << 20
  /// The client's name for the file, made safe to display.
  let name: String
  private(set) var bytes = 0

  private let limit: Int
  private let store: AnalysisStore
  private let path: String
  private var file: OpenFile

  /// - Parameter limit: Largest size in bytes.
  init(_ name: String, in store: AnalysisStore, limit: Int) throws(Problem) {
    self.name = name
    self.limit = limit
    self.store = store
    path = store.incoming(id)
    do throws(FileError) {
      file = try OpenFile(path, .append, creating: .always)
    } catch {
      throw Problem(error)
    }
  }

  /// Appends the next bytes.
  func append(_ piece: RawSpan) throws(Problem) {
    let before = bytes
    bytes += piece.byteCount
    guard bytes <= limit else { throw .tooLarge(limit: limit) }
    // Other analyses need disk space as well.
    if before / Self.stepBytes != bytes / Self.stepBytes,
      let free = store.availableBytes, free < Upload.reservedBytes
    {
      throw .diskFull
    }
    do throws(FileError) {
      try file.append(piece)
    } catch {
      throw Problem(error)
    }
  }

  /// Writes the file's data to the disk durably, on another thread, because that may take long.
  func sync() async throws(Problem) {
    let path = path
    let result: Result<Void, FileError> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        do throws(FileError) {
          try OpenFile(path, .read).sync()
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    if case .failure(let error) = result { throw Problem(error) }
  }
}

extension Problem {
  /// A failure to write an upload.
  init(_ error: FileError) {
    self =
      error.code == .noSpace
      ? .diskFull
      : Problem(
        .serviceUnavailable, "store", "The server can't write its data now.",
        headers: [.retryAfter: "10"])
  }
}
