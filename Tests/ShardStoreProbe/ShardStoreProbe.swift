import Foundation
import ShardStore
import ShardStoreFixtures

/// A writer in a process of its own.
///
/// `append <store> <task> <first> <count> <image bytes> <shard bytes>` stores synthetic videos and
/// reports each one that is durable. `hold <store> <task>` opens a task and keeps it until its
/// input ends. `fill <store> <task> <first> <count> <crops> <image bytes> <shard bytes>` stores
/// synthetic videos of so many crops each, and reports every thousandth. `content <store>` prints
/// all that a store holds, whatever its shards. `open <store>` opens a store, as a training does,
/// and reports the cost. `repair <store>` removes what is damaged. Failures end it with status 1
/// and a line `error <code>: <text>`.
@main struct ShardStoreProbe {
  static func main() {
    let arguments = CommandLine.arguments
    do throws(ShardStoreError) {
      switch arguments.dropFirst().first {
      case "append" where arguments.count == 8:
        try append(store: arguments[2], numbers: arguments[3...].compactMap { Int($0) })
      case "fill" where arguments.count == 9:
        try fill(store: arguments[2], numbers: arguments[3...].compactMap { Int($0) })
      case "content" where arguments.count == 3:
        try printContent(store: arguments[2])
      case "open" where arguments.count == 3:
        try open(store: arguments[2])
      case "hold" where arguments.count == 4:
        try hold(store: arguments[2], task: Int(arguments[3]) ?? 0)
      case "repair" where arguments.count == 3:
        _ = try StoreRepair(directory: arguments[2], imageSize: nil).run()
      default:
        exit(64)
      }
    } catch {
      say("error \(error.code): \(error)")
      exit(1)
    }
  }

  private static func append(store: String, numbers: [Int]) throws(ShardStoreError) {
    guard numbers.count == 5 else { exit(64) }
    let writer = try ShardWriter(
      directory: store, task: numbers[0], description: SyntheticVideos.description,
      maximumShardBytes: numbers[4])
    for index in numbers[1]..<(numbers[1] + numbers[2]) {
      let video = SyntheticVideos.extraction(index, imageBytes: numbers[3])
      guard writer.state(of: video.name) != .done else { continue }
      do throws(ShardStoreError) {
        try writer.append(video)
      } catch {
        // A writer whose disk is full must take nothing more.
        do throws(ShardStoreError) {
          try writer.append(SyntheticVideos.extraction(index + 1, imageBytes: numbers[3]))
          say("error: the writer went on after a failure")
        } catch let second {
          if second.code != .closed { say("error: expected a refusal, got \(second)") }
        }
        throw error
      }
      say("stored \(index)")
    }
  }

  private static func fill(store: String, numbers: [Int]) throws(ShardStoreError) {
    guard numbers.count == 6 else { exit(64) }
    let writer = try ShardWriter(
      directory: store, task: numbers[0], description: SyntheticVideos.description,
      maximumShardBytes: numbers[5])
    for index in numbers[1]..<(numbers[1] + numbers[2]) {
      let video = SyntheticVideos.extraction(
        index, faces: numbers[3], imageBytes: numbers[4], hasLooks: true)
      guard writer.state(of: video.name) != .done else { continue }
      try writer.append(video)
      if (index + 1) % 1000 == 0 { say("\(index + 1) videos") }
    }
    writer.close()
  }

  /// Opens a store for reading: seconds, what was read from the disk, and what is there.
  private static func open(store: String) throws(ShardStoreError) {
    let start = ContinuousClock.now
    let reader = try ShardReader(directory: store)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let io = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
    let read = io.split(separator: "\n").first { $0.hasPrefix("read_bytes: ") }
    let bytes = read.flatMap { Int($0.dropFirst("read_bytes: ".count)) } ?? -1
    let samples = reader.videos.reduce(0) { $0 + $1.record.images }
    say(
      "{\"seconds\": \(seconds), \"readBytes\": \(bytes), \"videos\": \(reader.videos.count), "
        + "\"samples\": \(samples)}")
  }

  private static func hold(store: String, task: Int) throws(ShardStoreError) {
    let writer = try ShardWriter(
      directory: store, task: task, description: SyntheticVideos.description)
    say("open")
    while !FileHandle.standardInput.availableData.isEmpty {}
    writer.close()
  }

  /// Videos and samples in the order of their names, with every picture's bytes.
  private static func printContent(store: String) throws(ShardStoreError) {
    let reader = try ShardReader(directory: store)
    var lines = reader.videos.map { "\($0.name) \(json($0.record))" }
    for sample in try reader.samples() {
      let image = try reader.image(of: sample)
      lines.append("\(sample.key) \(json(sample.record)) \(Data(image).base64EncodedString())")
    }
    say(lines.sorted().joined(separator: "\n"))
  }

  private static func json(_ record: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? "none"
  }

  /// Unbuffered, so that lines from before a kill arrive.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
