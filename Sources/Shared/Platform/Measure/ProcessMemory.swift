internal import Glibc

/// The memory of this process.
package enum ProcessMemory {
  /// The most memory that this program has had resident at once, in MiB: `VmHWM` of proc(5).
  ///
  /// `getrusage` is used only if the system has no such table: its `ru_maxrss` is kept when a
  /// process executes another program, so that it also counts what the process was before, e.g. a
  /// copy of its large parent.
  package static var peakMebibytes: Int {
    if let text = value(of: "VmHWM:", inTable: "/proc/self/status")?.split(separator: " ").first,
      let kibibytes = Int(text)
    {
      return kibibytes >> 10
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts in KiB.
    return usage.ru_maxrss >> 10
  }
}
