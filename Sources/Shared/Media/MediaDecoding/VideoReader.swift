internal import CFFmpeg
package import Contract
internal import Measure

/// Decodes evenly spaced pictures of one video, and of the others only those that these need.
///
/// The whole stream is indexed first, so the choice depends on the packets' presentation times and
/// never on a header's count. It uses one thread; use one reader per worker.
package final class VideoReader {
  /// Counts and times of decoding.
  package struct Report: Sendable, Equatable {
    /// Pictures that were chosen.
    package var chosenFrames = 0
    /// Pictures that were chosen and given to the caller.
    package var deliveredFrames = 0
    /// Packets whose pictures were decoded: chosen, or needed by chosen ones.
    package var decodedPackets = 0
    /// Damaged packets and pictures, by demuxer or decoder.
    package var damagedPackets = 0
    /// What is wrong with the first damaged picture, if known.
    package var firstDamage: String?
    /// Time of the first chosen picture that can't be decoded, in seconds after the video's first
    /// picture; nil if all are decoded, or if pictures have no times.
    package var firstLossSeconds: Double?
    /// CPU seconds for reading the file.
    package var demuxSeconds = 0.0
    /// CPU seconds for decoding.
    package var decodeSeconds = 0.0
    /// CPU seconds for conversion to RGB.
    package var convertSeconds = 0.0
  }

  /// What is known about the video; more is known about its pictures once one is delivered.
  package private(set) var information: VideoInformation

  /// Duration in seconds that the file's header claims, if it is longer than what can be read (by
  /// 5% and 0.2 seconds at least), because the file is truncated; nil otherwise.
  package let claimedDurationSeconds: Double?

  private let input: VideoInput
  private let source: PacketSource
  private let pixels: PixelInterpretation
  private let skipsUnneededFrames: Bool
  /// Presentation times of all pictures; `order` has their decoding positions, if the packets tell
  /// them.
  private let times: [Int64]
  private let order: [Int]?
  private let endTime: Int64

  /// Opens a video and indexes it.
  ///
  /// - Parameters:
  ///   - path: path of a local file.
  ///   - pixels: how pictures are interpreted.
  ///   - skipsUnneededFrames: whether to skip what the chosen pictures don't need; the result is
  ///     the same.
  ///   - isCancelled: called between packets; true ends with `MediaError.Code.cancelled`.
  package convenience init(
    path: String, pixels: PixelInterpretation = PixelInterpretation(),
    skipsUnneededFrames: Bool = true, isCancelled: () -> Bool = { false }
  ) throws(MediaError) {
    try self.init(
      path: path, pixels: pixels, skipsUnneededFrames: skipsUnneededFrames,
      memoryLimitBytes: PacketSource.memoryLimitBytes, isCancelled: isCancelled)
  }

  /// - Parameter memoryLimitBytes: if the packets have more bytes, the file is read twice.
  init(
    path: String, pixels: PixelInterpretation = PixelInterpretation(), skipsUnneededFrames: Bool,
    memoryLimitBytes: Int, isCancelled: () -> Bool = { false }
  ) throws(MediaError) {
    input = try VideoInput(path: path)
    source = try PacketSource(
      input, memoryLimitBytes: memoryLimitBytes, isCancelled: isCancelled)
    self.pixels = pixels
    self.skipsUnneededFrames = skipsUnneededFrames
    let entries = source.index.entries
    let parameters = input.parameters.pointee
    // In a still picture's file, what follows the first one is a preview, a depth map or another
    // page.
    let limit = input.isPictureFile ? 1 : Int.max
    let found: Int
    if source.isChoosable {
      let all = source.index.presentationOrder
      let order = Array(all.prefix(limit))
      self.order = order
      times = order.map { entries[$0].pts ?? 0 }
      found = all.count
    } else {
      order = nil
      let all = try VideoReader.decodedTimes(input, source, isCancelled)
      times = Array(all.prefix(limit))
      found = all.count
    }
    guard let first = times.first, let last = times.last else {
      throw MediaError(.noFrames, "no picture can be decoded (\(entries.count) packets read)")
    }
    let lastDuration = entries[order?.last ?? entries.count - 1].duration
    let meanDuration = times.count > 1 ? (last - first) / Int64(times.count - 1) : 0
    endTime = last + (lastDuration > 0 ? lastDuration : meanDuration)
    // A demuxer gives a still picture a duration that means nothing.
    let isStill = input.isPictureFile || (times.count == 1 && input.isAnimationFile)
    let duration = Double(endTime - first) * input.secondsPerTick
    let orientation = input.orientation ?? PictureOrientation()
    let placement = PicturePlacement(
      codedWidth: Int(parameters.width), codedHeight: Int(parameters.height),
      shape: pixels.shape == .square ? .square : input.shape ?? .square, orientation: orientation)
    information = VideoInformation(
      widthPixels: placement.width, heightPixels: placement.height,
      quarterTurns: orientation.quarterTurns,
      codec: String(cString: avcodec_get_name(parameters.codec_id)), frameCount: times.count,
      durationSeconds: isStill ? nil : duration)
    information.isStill = isStill
    if found > times.count {
      information.stream.remarks = ["the file's first picture of \(found) is taken"]
    }
    let span = Double(last - first) * input.secondsPerTick
    information.stream.framesPerSecond = VideoReader.rate(Double(times.count - 1), seconds: span)
    information.stream.bitsPerSecond =
      isStill
      ? nil
      : VideoReader.rate(8 * Double(source.byteCount), seconds: duration)
        .flatMap { Int(exactly: $0.rounded()) }
    let claimed = input.claimedDurationSeconds ?? 0
    claimedDurationSeconds =
      !isStill && claimed - duration > max(0.2, claimed * 0.05) && duration > 0 ? claimed : nil
  }

  /// Decodes `count` pictures, evenly spaced in presentation time, and passes them to `body` in
  /// order of presentation.
  ///
  /// Damaged packets are counted and skipped; if no picture is left, the error is
  /// `MediaError.Code.noFrames`. An error of `body` ends decoding and is thrown.
  ///
  /// - Precondition: `count` is positive.
  package func decodeFrames(
    count: Int, isCancelled: () -> Bool = { false }, _ body: (VideoFrame) throws -> Void
  ) throws -> Report {
    precondition(count > 0, "at least one picture is asked for")
    let chosen = EvenSampling.positions(count: count, times: times, end: endTime)
    return try decode(chosen, isCancelled, body)
  }

  /// Decodes every picture that the stream presents, and passes all to `body` in order of
  /// presentation; otherwise as `decodeFrames`.
  package func decodeAllFrames(
    isCancelled: () -> Bool = { false }, _ body: (VideoFrame) throws -> Void
  ) throws -> Report {
    try decode(Array(times.indices), isCancelled, body)
  }

  /// Presentation times of all pictures, and the end of the last one's presentation.
  func presentation() throws(MediaError) -> Presentation {
    let timeBase = input.stream.pointee.time_base
    return try Presentation(
      times: times, end: endTime, timeBase: (timeBase.num, timeBase.den),
      startSeconds: input.startSeconds)
  }

  /// Decodes the pictures at these ascending indices.
  private func decode(
    _ chosen: [Int], _ isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> Report {
    var report = Report()
    report.chosenFrames = chosen.count
    let conversion = FrameConverter(pixels: pixels, container: input.colour)
    let interpreter = PictureInterpreter(
      pixels: pixels, container: input.container, facts: information.stream)
    var failure: (any Error)?
    var bodySeconds = 0.0
    /// Chosen pictures are delivered in this order, so one that is skipped is lost.
    func noteLoss(before position: Int?) {
      guard report.firstLossSeconds == nil, report.deliveredFrames < chosen.count,
        chosen[report.deliveredFrames] != position
      else { return }
      report.firstLossSeconds = seconds(at: chosen[report.deliveredFrames])
    }
    func deliver(_ frame: UnsafeMutablePointer<AVFrame>, _ position: Int) throws(MediaError) {
      let start = ThreadCPUClock.seconds()
      let placement: PicturePlacement
      do {
        placement = try interpreter.interpret(frame)
      } catch {
        FrameDecoder.release(frame)
        throw error
      }
      let picture = VideoFrame(
        frame, index: position, timestampSeconds: seconds(at: position), placement: placement,
        converter: conversion)
      picture.conversionSeconds = ThreadCPUClock.seconds() - start
      if report.deliveredFrames == 0 { note(placement) }
      noteLoss(before: position)
      report.deliveredFrames += 1
      do { try body(picture) } catch { failure = error }
      report.convertSeconds += picture.conversionSeconds
      bodySeconds += ThreadCPUClock.seconds() - start
      if failure != nil { throw MediaError(.cancelled, "stopped by the caller") }
    }
    defer { information.stream = interpreter.facts }
    let readBefore = source.cpuSeconds
    let start = ThreadCPUClock.seconds()
    do {
      let decoder = try run(chosen, isCancelled, deliver)
      report.decodedPackets = decoder.decodedPackets
      report.damagedPackets = decoder.damagedPackets
      noteLoss(before: nil)
      // If packets don't tell the order, the pictures after a lost one get its index.
      if order == nil, let number = decoder.picturesBeforeDamage {
        report.firstLossSeconds = seconds(at: min(number, times.count - 1))
      }
    } catch {
      throw failure ?? error
    }
    guard report.deliveredFrames > 0 else {
      throw MediaError(
        .noFrames,
        "none of \(chosen.count) chosen pictures could be decoded "
          + "(\(report.damagedPackets + source.corruptPackets) packets damaged)")
    }
    let reading = source.cpuSeconds - readBefore
    report.decodeSeconds = ThreadCPUClock.seconds() - start - bodySeconds - reading
    report.demuxSeconds = source.cpuSeconds
    report.damagedPackets += source.corruptPackets
    return report
  }

  /// Presentation time of a picture in seconds after the first one's.
  private func seconds(at position: Int) -> Double {
    Double(times[position] - times[0]) * input.secondsPerTick
  }

  /// Takes size and orientation from the first delivered picture.
  private func note(_ placement: PicturePlacement) {
    information.widthPixels = placement.width
    information.heightPixels = placement.height
    information.quarterTurns = placement.orientation.quarterTurns
  }

  /// A number per second, rounded to 1/1000; nil if there is no time or the rate is implausible.
  private static func rate(_ count: Double, seconds: Double) -> Double? {
    guard seconds > 0, count > 0 else { return nil }
    let rate = (count / seconds * 1000).rounded() / 1000
    return rate.isFinite && rate < 1e15 ? rate : nil
  }

  /// - Returns: the decoder, with its counts.
  private func run(
    _ chosen: [Int], _ isCancelled: () -> Bool,
    _ deliver: (UnsafeMutablePointer<AVFrame>, Int) throws(MediaError) -> Void
  ) throws(MediaError) -> FrameDecoder {
    let decoder = try FrameDecoder(
      input, reorderDepth: order.map { _ in source.index.reorderDepth })
    guard let order else {
      try decodeEverything(decoder, chosen: Set(chosen), isCancelled, deliver)
      return decoder
    }
    let entries = source.index.entries
    let positions = chosen.map { order[$0] }
    let plan =
      skipsUnneededFrames
      ? DecodingPlan.needed(for: positions, in: entries)
      : DecodingPlan.everything(count: entries.count)
    var pending: [Int64: Int] = [:]
    for position in chosen { pending[times[position]] = position }
    var lastDelivered = -1
    func take(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
      // A picture that comes too late is out of order in a damaged stream.
      guard let position = pending.removeValue(forKey: frame.pointee.pts),
        position > lastDelivered
      else {
        FrameDecoder.release(frame)
        return
      }
      lastDelivered = position
      try deliver(frame, position)
    }
    var wasSent = false
    var hasSent = false
    try source.forEachPacket { (position, packet) throws(MediaError) in
      if isCancelled() { throw MediaError(.cancelled, "stopped while decoding") }
      guard plan.isSent[position] else {
        wasSent = false
        return !pending.isEmpty
      }
      if hasSent && !wasSent { try decoder.drain(take) }
      try decoder.decode(packet, mayDrop: plan.mayDrop[position], take)
      wasSent = true
      hasSent = true
      return !pending.isEmpty
    }
    try decoder.drain(take)
    return decoder
  }

  /// For streams whose packets don't tell their pictures' times: the n-th decoded picture is the
  /// n-th of the first pass.
  private func decodeEverything(
    _ decoder: FrameDecoder, chosen: Set<Int>, _ isCancelled: () -> Bool,
    _ deliver: (UnsafeMutablePointer<AVFrame>, Int) throws(MediaError) -> Void
  ) throws(MediaError) {
    var number = 0
    try VideoReader.decodeAll(decoder, source, isCancelled) { (frame) throws(MediaError) in
      defer { number += 1 }
      guard chosen.contains(number) else {
        FrameDecoder.release(frame)
        return
      }
      try deliver(frame, number)
    }
  }

  /// Presentation times of all pictures, found by decoding them.
  private static func decodedTimes(
    _ input: VideoInput, _ source: PacketSource, _ isCancelled: () -> Bool
  ) throws(MediaError) -> [Int64] {
    var times: [Int64] = []
    try decodeAll(try FrameDecoder(input), source, isCancelled) { (frame) throws(MediaError) in
      // Raw streams have no times, but packets have a duration. Times out of these bounds are
      // damage; within them no sum or difference overflows.
      let best = frame.pointee.best_effort_timestamp
      let isPlausible = best > -(1 << 60) && best < 1 << 60
      let step = isPlausible ? 1 : max(source.index.entries[0].duration, 1)
      let next = times.last.map { min($0, 1 << 61) + min(step, 1 << 40) } ?? 0
      times.append(isPlausible && (times.isEmpty || best > next) ? best : next)
      FrameDecoder.release(frame)
    }
    return times
  }

  private static func decodeAll(
    _ decoder: FrameDecoder, _ source: PacketSource, _ isCancelled: () -> Bool,
    _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Void
  ) throws(MediaError) {
    try source.forEachPacket { (_, packet) throws(MediaError) in
      if isCancelled() { throw MediaError(.cancelled, "stopped while decoding") }
      try decoder.decode(packet, mayDrop: false, body)
      return true
    }
    try decoder.drain(body)
  }
}
