package import Kernels
internal import KernelsPortable
internal import Workers

#if canImport(Glibc)
  internal import Glibc
#endif
#if arch(x86_64)
  internal import VectorKernelsAVX2
  internal import VectorKernelsAVX512
#endif

/// Which kernels run on this processor.
///
/// The environment variable `DEEPFAKE_KERNELS` (`portable`, `AVX2`, `AVX-512`) picks slower ones, to
/// compare them or to get the numbers of another machine; `DEEPFAKE_CONVOLUTIONS=direct` does without
/// Winograd's algorithm.
package enum Processor {
  /// The kernels that the environment names, else the fastest. An executable calls `checkEnvironment`
  /// first: where the environment names none that there are, these are the fastest.
  package static let selected: any KernelSet = {
    guard let name = limit.withLock({ $0 }) else { return requested }
    let convolutions = environment("DEEPFAKE_CONVOLUTIONS")
    return (try? kernels(named: name, convolutions: convolutions)) ?? requested
  }()

  /// What `selected` is before any limit.
  package static var requested: any KernelSet { (try? selection.get()) ?? available[0] }

  private static let limit = Locked<String?>(nil)

  /// Makes others the selected ones: processes that compute together need the same.
  ///
  /// - Parameter name: one of `available`.
  /// - Precondition: called before the first use of `selected`.
  package static func limit(to name: String) { limit.withLock { $0 = name } }

  /// Throws where the environment names kernels that this processor doesn't run.
  package static func checkEnvironment() throws(KernelSelectionError) {
    _ = try selection.get()
  }

  private static let selection = Result { () throws(KernelSelectionError) in
    try kernels(
      named: environment("DEEPFAKE_KERNELS"), convolutions: environment("DEEPFAKE_CONVOLUTIONS"))
  }

  private static func environment(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }

  /// Kernels by the values of the two environment variables.
  ///
  /// - Parameters:
  ///   - name: one of `available`, in any case; empty takes the fastest.
  ///   - convolutions: `direct` does without Winograd's algorithm; empty is the kernels' own choice.
  package static func kernels(
    named name: String, convolutions: String = ""
  ) throws(KernelSelectionError) -> any KernelSet {
    let names = available.map(\.name)
    let index = names.firstIndex { $0.lowercased() == name.lowercased() }
    guard let index = name.isEmpty ? 0 : index else {
      throw KernelSelectionError(
        variable: "DEEPFAKE_KERNELS",
        message: "expected one of \(names.joined(separator: ", ")), which are what this processor "
          + "runs, got \(name)")
    }
    switch convolutions {
    case "": return available[index]
    case "direct": return available[index].directly
    default:
      throw KernelSelectionError(
        variable: "DEEPFAKE_CONVOLUTIONS",
        message: "expected direct or nothing, got \(convolutions)")
    }
  }

  /// All kernels that this processor runs, the fastest first; the portable ones are always there.
  package static let available: [any KernelSet] = {
    var sets: [any KernelSet] = []
    #if arch(x86_64)
      let flags = processorFlags()
      let avx512 = ["avx512f", "avx512vl", "avx512bw", "avx512dq"]
      if flags.isSuperset(of: avx512) { sets.append(VectorKernelsAVX512.CompiledKernels()) }
      if flags.isSuperset(of: ["avx2", "fma"]) { sets.append(VectorKernelsAVX2.CompiledKernels()) }
    #endif
    return sets + [KernelsPortable.CompiledKernels()]
  }()

  /// The instruction sets that processor and operating system offer together, in Linux's names. Empty
  /// where /proc/cpuinfo can't be read.
  private static func processorFlags() -> Set<String> {
    guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0 {
      guard let line, strncmp(line, "flags", 5) == 0 else { continue }
      return Set(
        String(cString: line).split { " \t\n:".contains($0) }.dropFirst().map(String.init))
    }
    return []
  }
}

/// An environment variable that names kernels which this processor doesn't run.
package struct KernelSelectionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The environment variable.
  package var variable: String
  /// Expected and got.
  package var message: String

  /// `variable: message`.
  package var description: String { "\(variable): \(message)" }
}
