internal import Analyses
internal import AnalysisStore
internal import Dispatch
internal import Files
internal import HTTPTypes
internal import NIOCore

/// A file that is being received: it goes to the disk piece by piece, and never fills memory.
final class UploadedFile {
  let id = AnalysisID()
  /// After so many bytes it is looked whether the disk has room.
  private static let stepBytes = 8 << 20
  /// What the client calls it, made safe to show.
  let name: String
  private(set) var bytes = 0

  private let limit: Int
  private let store: AnalysisStore
  private let path: String
  private var file: OpenFile

  /// - Parameter limit: most bytes that it may have.
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

  /// Takes the next bytes.
  func append(_ piece: RawSpan) throws(Problem) {
    let before = bytes
    bytes += piece.byteCount
    guard bytes <= limit else { throw .tooLarge(limit: limit) }
    // Others' analyses need room as well.
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

  /// Makes what was received durable; on a thread of its own, since that may take long.
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
