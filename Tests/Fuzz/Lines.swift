internal import Glibc

/// Lines of output that are there at once, whatever becomes of the process.
enum Lines {
  static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
  }
}
