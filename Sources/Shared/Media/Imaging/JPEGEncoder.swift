internal import CTurboJPEG
package import Contract

/// A JPEG encoder that keeps its working memory between pictures. One per worker; not thread-safe.
package final class JPEGEncoder {
  private let handle: tjhandle
  private let quality: Int32
  private let sampling: Int32
  private var output: UnsafeMutablePointer<UInt8>?
  private var capacity: UInt = 0

  /// Creates an encoder.
  ///
  /// - Parameters:
  ///   - quality: 1...100, libjpeg's scale.
  ///   - chroma: resolution of the colours.
  package init(quality: Int, chroma: ChromaSampling = .full) throws(ImagingError) {
    precondition((1...100).contains(quality), "JPEG quality lies in 1...100")
    guard let handle = tjInitCompress() else {
      throw ImagingError(
        .encodingFailed, "libjpeg-turbo could not start an encoder: \(JPEG.lastError(nil))")
    }
    self.handle = handle
    self.quality = Int32(quality)
    sampling = chroma.turboJPEG
  }

  deinit {
    tjFree(output)
    tjDestroy(handle)
  }

  /// The picture as a JPEG file; the same bytes for the same pixels.
  ///
  /// The corresponding C function is `tjCompress2`.
  package func encode(_ picture: PixelBuffer) throws(ImagingError) -> [UInt8] {
    let bound = tjBufSize(Int32(picture.width), Int32(picture.height), sampling)
    if bound > capacity {
      tjFree(output)
      output = tjAlloc(Int32(bound))
      capacity = output == nil ? 0 : bound
    }
    var length = capacity
    let status = picture.bytes.withUnsafeBufferPointer { source in
      tjCompress2(
        handle, source.baseAddress, Int32(picture.width), 0, Int32(picture.height),
        Int32(TJPF_RGBX.rawValue), &output, &length, sampling, quality,
        TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT)
    }
    guard status == 0, let output else {
      throw ImagingError(
        .encodingFailed,
        "JPEG of \(picture.width)x\(picture.height) pixels: \(JPEG.lastError(handle))")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: Int(length)))
  }
}

extension ChromaSampling {
  /// The constant of libjpeg-turbo.
  var turboJPEG: Int32 {
    switch self {
    case .full: Int32(TJSAMP_444.rawValue)
    case .quarter: Int32(TJSAMP_420.rawValue)
    }
  }
}
