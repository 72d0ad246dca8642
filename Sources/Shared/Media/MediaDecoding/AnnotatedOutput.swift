internal import CFFmpeg
internal import Imaging

/// The file that changed pictures are written to: they are encoded, and sound is copied. Not
/// thread-safe.
final class AnnotatedOutput {
  /// Width of the pictures in the file: even.
  let width: Int
  /// Height of the pictures in the file: even.
  let height: Int
  let sound: SoundCopy?
  /// Whether the sound had to be left out as a whole.
  private(set) var isWithoutSound = false

  private let subject: String
  private let encoder: ClipEncoder
  private let muxer: MP4Muxer
  private let stream: UnsafeMutablePointer<AVStream>
  private let presentation: Presentation

  /// - Parameters:
  ///   - path: the file.
  ///   - subject: the subject of messages.
  ///   - picture: the first picture, whose size is that of all.
  ///   - sound: the file whose sound is copied; nil for none.
  init(
    path: String, subject: String, sizedAs picture: PixelBuffer, presentation: Presentation,
    options: ClipWriter.Options, sound: String?
  ) throws(MediaError) {
    width = picture.width + picture.width % 2
    height = picture.height + picture.height % 2
    guard width <= 16_384, height <= 16_384 else {
      throw MediaError(
        .tooLarge,
        "\(subject): pictures of \(width)x\(height) pixels: expected at most 16384 each")
    }
    encoder = try ClipEncoder(
      subject: subject, width: width, height: height, options: options,
      timescale: presentation.timescale, hasGlobalHeader: true)
    self.subject = subject
    self.presentation = presentation
    do throws(MediaError) {
      (muxer, stream, self.sound) = try AnnotatedOutput.begin(
        path, subject, encoder, presentation, sound: sound)
    } catch {
      guard sound != nil else { throw error }
      // A stream of sound that the header can't describe is no reason to lose the pictures.
      (muxer, stream, self.sound) = try AnnotatedOutput.begin(
        path, subject, encoder, presentation, sound: nil)
      isWithoutSound = true
    }
  }

  private static func begin(
    _ path: String, _ subject: String, _ encoder: ClipEncoder, _ presentation: Presentation,
    sound: String?
  ) throws(MediaError) -> (MP4Muxer, UnsafeMutablePointer<AVStream>, SoundCopy?) {
    let muxer = try MP4Muxer(path: path, subject: subject)
    let stream = try muxer.addStream()
    encoder.describe(stream)
    var copy: SoundCopy?
    if let sound {
      copy = try SoundCopy(
        path: sound, into: muxer, presentation: presentation, subject: subject)
    }
    try muxer.begin(timescale: presentation.timescale)
    return (muxer, stream, copy)
  }

  /// Encodes a picture and writes the packets that the encoder gives.
  ///
  /// - Parameter index: its index in `presentation`; ascending.
  func append(_ picture: PixelBuffer, index: Int) throws(MediaError) {
    guard presentation.ticks.indices.contains(index) else { return }
    try encoder.encode(fitted(picture), tick: presentation.ticks[index]) {
      (packet) throws(MediaError) in try write(packet)
    }
  }

  /// Writes the packets that the encoder still holds, the rest of the sound, and the file's index.
  func close(_ isCancelled: () -> Bool) throws(MediaError) {
    try encoder.drain { (packet) throws(MediaError) in try write(packet) }
    try sound?.finish(isCancelled)
    try muxer.close()
  }

  /// Time in seconds at which the last picture or sound ends; known once the file is closed.
  var endSeconds: Double {
    max(Double(presentation.end) / Double(presentation.timescale), sound?.endSeconds ?? 0)
  }

  private func write(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
    let timeBase = encoder.context.pointee.time_base
    try sound?.advance(toSeconds: Double(packet.pointee.dts) * av_q2d(timeBase))
    packet.pointee.duration = presentation.duration(at: packet.pointee.pts)
    packet.pointee.stream_index = stream.pointee.index
    av_packet_rescale_ts(packet, timeBase, stream.pointee.time_base)
    try muxer.write(packet)
  }

  /// The picture in the file's size; one of another size is scaled and centred.
  private func fitted(_ picture: PixelBuffer) -> PixelBuffer {
    let even = picture.evenSized
    guard even.width != width || even.height != height else { return even }
    let scale = max(Double(even.width) / Double(width), Double(even.height) / Double(height))
    let transform = SimilarityTransform(
      a: scale, b: 0, tx: (Double(even.width) - scale * Double(width)) / 2,
      ty: (Double(even.height) - scale * Double(height)) / 2)
    return even.warped(width: width, height: height, by: transform)
  }
}
