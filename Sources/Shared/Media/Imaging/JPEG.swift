internal import CTurboJPEG

/// JPEG files, read and written by libjpeg-turbo.
package enum JPEG {
  /// Width and height from a JPEG header, without decoding the picture.
  ///
  /// The corresponding C function is `tjDecompressHeader3`.
  package static func size(of file: [UInt8]) throws(ImagingError) -> (width: Int, height: Int) {
    guard let handle = tjInitDecompress() else {
      throw ImagingError(.invalidJPEG, "libjpeg-turbo could not start a decoder: \(lastError(nil))")
    }
    defer { tjDestroy(handle) }
    return try header(of: file.span.bytes, handle)
  }

  /// Decodes a JPEG file.
  ///
  /// The corresponding C function is `tjDecompress2`.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - maximumPixels: a larger picture is refused before memory is taken for it.
  package static func decode(
    _ file: [UInt8], maximumPixels: Int = 100_000_000
  ) throws(ImagingError) -> PixelBuffer {
    try JPEGDecoder().decode(file.span.bytes, maximumPixels: maximumPixels)
  }

  static func header(
    of file: RawSpan, _ handle: tjhandle
  ) throws(ImagingError) -> (width: Int, height: Int) {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colourSpace: Int32 = 0
    let status = file.withUnsafeBytes { source in
      tjDecompressHeader3(
        handle, source.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt(source.count), &width,
        &height, &subsampling, &colourSpace)
    }
    guard status == 0, width > 0, height > 0 else {
      throw ImagingError(
        .invalidJPEG, "not a JPEG file (\(file.byteCount) bytes): \(lastError(handle))")
    }
    return (Int(width), Int(height))
  }

  static func lastError(_ handle: tjhandle?) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
  }
}
