internal import CFFmpeg
internal import PrintableText

/// An error of the `MediaDecoding` module.
package struct MediaError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  package enum Code: String, Sendable, Equatable {
    /// There is no file of this name.
    case missing
    /// The file may not be read.
    case unreadable
    /// The file has no content.
    case empty
    /// The content is no media file, or is damaged beyond reading.
    case notAVideo
    /// A media file without moving pictures.
    case noVideoStream
    /// This build of libavcodec has no decoder for the stream.
    case unsupportedCodec
    /// The stream has not a single picture that can be decoded.
    case noFrames
    /// A picture has more pixels than are decoded.
    case tooLarge
    /// A picture can't be converted to RGB.
    case conversionFailed
    /// A clip can't be written.
    case writingFailed
    /// Decoding was stopped by the caller.
    case cancelled
  }

  package let code: Code

  /// What failed, on what, expected and got.
  package let message: String

  /// The message alone.
  package var description: String { message.printable }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// An error from a libav* status code.
  init(_ code: Code, _ what: String, status: Int32) {
    self.init(code, "\(what): \(MediaError.text(of: status))")
  }

  /// The text of a libav* status code. The corresponding C function is `av_strerror`.
  static func text(of status: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    let known = buffer.withUnsafeMutableBufferPointer {
      av_strerror(status, $0.baseAddress, $0.count) == 0
    }
    let text = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return known ? text : "libav error \(status)"
  }
}

extension MediaError {
  /// Throws if a libav* function failed while converting a picture.
  static func checkConversion(_ status: Int32, _ what: @autoclosure () -> String) throws(MediaError)
  {
    guard status < 0 else { return }
    throw MediaError(.conversionFailed, what(), status: status)
  }
}
