internal import Foundation
internal import Measure
internal import Randomness

/// Runs cases in this process. It tells the driver each number before its case, so that what ends the
/// process is known.
struct FuzzWorker {
  /// Most resident memory that a case may take, in MiB, with so much address space: 1.5 GiB of 4.
  static func mostResident(of memoryMebibytes: Int) -> Int { memoryMebibytes * 3 / 8 }

  let kind: any FuzzKind
  let seed: UInt64
  let bases: String
  let folder: String
  let memoryMebibytes: Int

  func run(_ numbers: Range<Int>) throws {
    guard FileManager.default.changeCurrentDirectoryPath(folder) else {
      throw FuzzError("there is no folder \(folder)")
    }
    if memoryMebibytes > 0 {
      var limit = rlimit(
        rlim_cur: rlim_t(memoryMebibytes) << 20, rlim_max: rlim_t(memoryMebibytes) << 20)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
    var core = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    var reader = try kind.worker(bases: bases)
    let input = folder + "/input"
    for number in numbers {
      try? FileManager.default.removeItem(atPath: input)
      try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
      Lines.write("start \(number)")
      var one = FuzzCase(
        number: number, bases: bases, folder: input,
        random: RandomStream(seed: seed, .check, NameHash.of(kind.name), UInt64(number)))
      var verdict: Verdict
      do { verdict = try reader.run(&one) } catch { verdict = .failed(.rawText, "\(error)") }
      if FileManager.default.fileExists(atPath: Marker.path) {
        try? FileManager.default.removeItem(atPath: Marker.path)
        verdict = .failed(.executed, "code of the file was run")
      }
      let peak = ProcessMemory.peakMebibytes
      if memoryMebibytes > 0, peak > Self.mostResident(of: memoryMebibytes) {
        Lines.write("failed \(number) memory \(peak) MiB resident")
        // The peak stays with the process: the driver goes on with another one.
        return
      }
      switch verdict {
      case .accepted: Lines.write("accepted \(number)")
      case .refused(let text): Lines.write("refused \(number) " + text.replacing("\n", with: " | "))
      case .found: Lines.write("found \(number)")
      case .failed(let kind, let text):
        Lines.write("failed \(number) \(kind.rawValue) " + text.replacing("\n", with: " | "))
      }
    }
  }
}

/// The file that a hostile input's code would make.
enum Marker {
  /// In the working folder, which is the worker's own; it stands in the inputs.
  static let path = "fuzz-was-here"
}
