internal import Files
internal import Foundation
package import Prediction

/// What a fold's network said of the pictures that it had not seen, after each epoch that was validated:
/// `answers/epoch-0003.npy` in the fold's folder, a NumPy array of float64 with margin and blur of each.
///
/// The pictures are those of the held-out videos in the catalog's order, so that sixteen bytes are enough
/// for each. Not part of a checkpoint: an epoch that is repeated after a kill writes the same file.
package struct HeldOutAnswers {
  private let folder: String

  /// - Parameter run: the fold's folder.
  package init(run: String) { folder = run + "/answers" }

  /// The file of an epoch, from 1.
  package func file(epoch: Int) -> String {
    let digits = String(epoch)
    return folder + "/epoch-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + ".npy"
  }

  /// Bytes of a picture: margin and blur.
  private static let rowBytes = 16

  /// The header of NumPy's format 1.0 for `count` pictures.
  private static func header(count: Int) -> [UInt8] {
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(count), 2), }"
    // Magic, version, length of the text: 10 bytes; all of it a multiple of 64, ended by a line feed.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    let length = text.utf8.count + padding + 1
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
  }

  func write(_ answers: [PictureAnswer], epoch: Int) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw TrainingRunError(folder, "can't make the folder: \(error.localizedDescription)")
    }
    var bytes = Self.header(count: answers.count)
    bytes.reserveCapacity(bytes.count + Self.rowBytes * answers.count)
    for number in answers.flatMap({ [$0.margin, $0.blur ?? .nan] }) {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    try AtomicFile.write(bytes, to: file(epoch: epoch))
  }

  /// The answers of an epoch.
  ///
  /// - Parameter count: how many there must be.
  package func read(epoch: Int, count: Int) throws -> [PictureAnswer] {
    let path = file(epoch: epoch)
    let header = Self.header(count: count)
    let size = header.count + Self.rowBytes * count
    let bytes = try FileSystem.contents(of: path, maximumBytes: size + 4096)
    guard bytes.count == size, bytes.starts(with: header) else {
      throw TrainingRunError(
        path,
        "expected the answers to \(count) pictures as 'trainer crossvalidate' writes them, got "
          + "something else; remove the fold's folder, and it is trained again")
    }
    func number(at start: Int) -> Double {
      let bits = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
      return Double(bitPattern: bits)
    }
    return (0..<count).map { place in
      let start = header.count + Self.rowBytes * place
      let blur = number(at: start + 8)
      return PictureAnswer(margin: number(at: start), blur: blur.isNaN ? nil : blur)
    }
  }
}
