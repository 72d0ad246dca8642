internal import CTurboJPEG
package import Contract

/// Compresses a picture as JPEG in memory and decodes it again, with buffers that are kept between
/// pictures. One per worker; not thread-safe.
package final class JPEGRecompressor {
  private let encoder: tjhandle
  private let decoder: tjhandle
  private var file: UnsafeMutablePointer<UInt8>?
  private var capacity: UInt = 0

  package init() throws(ImagingError) {
    guard let encoder = tjInitCompress() else {
      throw ImagingError(
        .encodingFailed, "libjpeg-turbo could not start an encoder: \(JPEG.lastError(nil))")
    }
    guard let decoder = tjInitDecompress() else {
      tjDestroy(encoder)
      throw ImagingError(
        .invalidJPEG, "libjpeg-turbo could not start a decoder: \(JPEG.lastError(nil))")
    }
    self.encoder = encoder
    self.decoder = decoder
  }

  deinit {
    tjFree(file)
    tjDestroy(encoder)
    tjDestroy(decoder)
  }

  /// Encodes the picture and decodes it again, in place.
  ///
  /// The corresponding C functions are `tjCompress2` and `tjDecompress2`.
  ///
  /// - Parameters:
  ///   - quality: 1...100, libjpeg's scale.
  ///   - chroma: resolution of the colours.
  /// - Returns: length of the JPEG file in bytes.
  @discardableResult
  package func recompress(
    _ picture: inout PixelBuffer, quality: Int, chroma: ChromaSampling
  ) throws(ImagingError) -> Int {
    precondition((1...100).contains(quality), "JPEG quality lies in 1...100")
    let (width, height) = (Int32(picture.width), Int32(picture.height))
    let sampling = chroma.turboJPEG
    let bound = tjBufSize(width, height, sampling)
    if bound > capacity {
      tjFree(file)
      file = tjAlloc(Int32(bound))
      capacity = file == nil ? 0 : bound
    }
    var length = capacity
    let format = Int32(TJPF_RGBX.rawValue)
    let encoded = picture.bytes.withUnsafeBufferPointer { source in
      tjCompress2(
        encoder, source.baseAddress, width, 0, height, format, &file, &length, sampling,
        Int32(quality), TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT)
    }
    guard encoded == 0 else { throw failure(.encodingFailed, picture, encoder) }
    let decoded = picture.bytes.withUnsafeMutableBufferPointer { target in
      tjDecompress2(
        decoder, file, length, target.baseAddress, width, 0, height, format, TJFLAG_ACCURATEDCT)
    }
    guard decoded == 0 else { throw failure(.invalidJPEG, picture, decoder) }
    return Int(length)
  }

  private func failure(
    _ code: ImagingError.Code, _ picture: PixelBuffer, _ handle: tjhandle
  ) -> ImagingError {
    ImagingError(
      code, "JPEG of \(picture.width)x\(picture.height) pixels: \(JPEG.lastError(handle))")
  }
}
