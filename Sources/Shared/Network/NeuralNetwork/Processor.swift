public import Kernels
internal import KernelsPortable

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
public enum Processor {
  /// The kernels that networks use unless they are told otherwise: the fastest, or what
  /// `DEEPFAKE_KERNELS` names.
  public static let kernels: any KernelSet = {
    switch getenv("DEEPFAKE_CONVOLUTIONS").map({ String(cString: $0) }) {
    case nil, "": return chosen
    case "direct": return chosen.directly
    case .some(let other):
      fatalError("DEEPFAKE_CONVOLUTIONS: expected direct or nothing, got \(other)")
    }
  }()

  private static let chosen: any KernelSet = {
    guard let name = getenv("DEEPFAKE_KERNELS").map({ String(cString: $0) }), !name.isEmpty else {
      return available[0]
    }
    let names = available.map(\.name)
    guard let index = names.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
      fatalError(
        "DEEPFAKE_KERNELS: expected one of \(names.joined(separator: ", ")), which are what this "
          + "processor runs, got \(name)")
    }
    return available[index]
  }()

  /// All kernels that this processor runs, the fastest first; the portable ones are always there.
  public static let available: [any KernelSet] = {
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
  /// where they aren't told.
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
