internal import CFFmpeg
internal import Imaging

/// Encoder and muxer of a clip.
final class ClipOutput {
  private let path: String
  private let encoder: ClipEncoder
  private let muxer: MP4Muxer
  private let stream: UnsafeMutablePointer<AVStream>
  private let ticksPerPicture: Int64

  /// Opens the encoder and writes the file's header.
  init(
    path: String, width: Int, height: Int, options: ClipWriter.Options, timescale: Int32
  ) throws(MediaError) {
    encoder = try ClipEncoder(
      subject: path, width: width, height: height, options: options, timescale: timescale,
      hasGlobalHeader: true)
    muxer = try MP4Muxer(path: path, subject: path)
    stream = try muxer.addStream()
    self.path = path
    ticksPerPicture = Int64((Double(timescale) / options.framesPerSecond).rounded())
    encoder.describe(stream)
    if let signal = options.container.signal {
      let colour = ColourDescription(signal)
      stream.pointee.codecpar.pointee.color_trc = colour.transfer
      stream.pointee.codecpar.pointee.color_primaries = colour.primaries
      stream.pointee.codecpar.pointee.color_space = colour.matrix
    }
    if let (width, height) = options.container.pixelShape {
      let shape = AVRational(num: width, den: height)
      stream.pointee.sample_aspect_ratio = shape
      stream.pointee.codecpar.pointee.sample_aspect_ratio = shape
    }
    try MediaError.check(
      ClipOutput.setOrientation(stream, options), "\(path): no memory for the rotation")
    try muxer.begin()
  }

  /// Encodes a picture and writes the packets that the encoder gives.
  func append(_ picture: PixelBuffer, tick: Int64) throws(MediaError) {
    try encoder.encode(picture, tick: tick) { (packet) throws(MediaError) in try write(packet) }
  }

  /// Writes the packets that the encoder still holds, and the file's index.
  func close() throws(MediaError) {
    try encoder.drain { (packet) throws(MediaError) in try write(packet) }
    try muxer.close()
  }

  private func write(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
    packet.pointee.duration = ticksPerPicture
    packet.pointee.stream_index = stream.pointee.index
    av_packet_rescale_ts(packet, encoder.context.pointee.time_base, stream.pointee.time_base)
    try muxer.write(packet)
  }

  private static func setOrientation(
    _ stream: UnsafeMutablePointer<AVStream>, _ options: ClipWriter.Options
  ) -> Int32 {
    let claimed = options.container.displayMatrix
    guard options.quarterTurns % 4 != 0 || claimed?.count == 9 else { return 0 }
    let size = 9 * MemoryLayout<Int32>.size
    guard let data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, size) else {
      return CFFMPEG_ERROR_NO_MEMORY
    }
    data.withMemoryRebound(to: Int32.self, capacity: 9) {
      // Positive angles rotate clockwise here, and counterclockwise in `av_display_rotation_get`.
      av_display_rotation_set($0, 90 * Double(options.quarterTurns % 4))
      if let claimed, claimed.count == 9 { $0.update(from: claimed, count: 9) }
    }
    return 0
  }
}
