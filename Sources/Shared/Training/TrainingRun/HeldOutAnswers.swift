internal import Files
internal import Foundation
package import Prediction

/// Answers of a fold's network for the held-out pictures, after each validated epoch:
/// `answers/epoch-0003.npy` in the fold's folder, a NumPy array of float64 with the margin and the
/// blur of each picture.
///
/// The pictures are those of the held-out videos in the catalog's order, so no names are needed and
/// each takes 16 bytes. The files are not part of a checkpoint: an epoch that is repeated after the
/// process was killed writes the same file.
package struct HeldOutAnswers {
  private let folder: String

  /// - Parameter run: The fold's folder.
  package init(run: String) { folder = run + "/answers" }

  /// Path of the file of an epoch, counted from 1.
  package func file(epoch: Int) -> String {
    let digits = String(epoch)
    return folder + "/epoch-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + ".npy"
  }

  /// Number of bytes per picture: margin and blur.
  private static let rowBytes = 16

  /// The header of NumPy's format 1.0 for `count` pictures.
  private static func header(count: Int) -> [UInt8] {
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(count), 2), }"
    // Magic, version and length of the text take 10 bytes. The whole header is a multiple of 64
    // bytes and ends with a line feed.
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

  /// Reads the answers of an epoch.
  ///
  /// - Parameter count: Expected number of answers.
  package func read(epoch: Int, count: Int) throws -> [PictureAnswer] {
    let path = file(epoch: epoch)
    let header = Self.header(count: count)
    let size = header.count + Self.rowBytes * count
    let bytes = try FileSystem.contents(of: path, maximumBytes: size + 4096)
    guard bytes.count == size, bytes.starts(with: header) else {
      throw TrainingRunError(
        path,
        "expected the answers to \(count) pictures as 'trainer crossvalidate' writes them, got "
          + "something else; remove the fold's folder, so that the fold is trained again")
    }
    func number(at start: Int) -> Double {
      let bits = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
      return Double(bitPattern: bits)
    }
    return (0..<count).map { index in
      let start = header.count + Self.rowBytes * index
      let blur = number(at: start + 8)
      return PictureAnswer(margin: number(at: start), blur: blur.isNaN ? nil : blur)
    }
  }
}
