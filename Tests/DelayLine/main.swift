import Foundation
import Glibc
import Workers

// A cable between two TAP devices with a rate and a delay, for tests of trainings on two machines where
// the kernel has no netem.
//
//   DelayLine TAP1 TAP2 MBIT_PER_SECOND MICROSECONDS
//
// Says `ready` when both devices are there, and carries frames until it is ended. See scripts/two-hosts.

/// Opens a TAP device that gives and takes frames of up to 64 KiB, as network cards do that cut them up
/// themselves.
///
/// See Documentation/networking/tuntap.rst of Linux.
func openDevice(_ name: String) -> Int32 {
  let (setDevice, setOffload): (UInt, UInt) = (0x4004_54ca, 0x4004_54d0)
  // IFF_TAP, IFF_NO_PI, IFF_VNET_HDR; TUN_F_CSUM, TSO4, TSO6, TSO_ECN.
  let (flags, offload): (Int16, Int32) = (0x0002 | 0x1000 | 0x4000, 0x0f)
  // struct ifreq: 16 bytes of name, then the flags.
  var request = [UInt8](repeating: 0, count: 40)
  request.replaceSubrange(0..<min(name.utf8.count, 15), with: name.utf8.prefix(15))
  request.withUnsafeMutableBytes { $0.storeBytes(of: flags, toByteOffset: 16, as: Int16.self) }
  let device = open("/dev/net/tun", O_RDWR)
  let status = request.withUnsafeMutableBytes { ioctl(device, setDevice, $0.baseAddress!) }
  guard device >= 0, status == 0 else { fail("\(name): \(String(cString: strerror(errno)))") }
  _ = ioctl(device, setOffload, offload)
  return device
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("DelayLine: \(message)\n".utf8))
  exit(1)
}

/// One direction of the cable.
///
/// Sendable because `condition` guards what both threads use.
final class Direction: @unchecked Sendable {
  /// A frame of 64 KiB, and the header of the device before it.
  private static let frameBytes = 65_550 + 16
  /// How long a frame may wait for its turn: then it is dropped, as by a switch.
  private static let longestQueue = 0.02

  private struct Frame {
    var bytes: [UInt8]
    /// When it comes out.
    var due: Double
  }

  private let input: Int32
  private let output: Int32
  private let bitsPerSecond: Double
  private let delay: Double
  private let condition = MonotonicCondition()
  private var frames: [Frame] = []

  init(from input: Int32, to output: Int32, bitsPerSecond: Double, delay: Double) {
    self.input = input
    self.output = output
    self.bitsPerSecond = bitsPerSecond
    self.delay = delay
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  func start() {
    Thread { self.take() }.start()
    Thread { self.give() }.start()
  }

  private func take() {
    var buffer = [UInt8](repeating: 0, count: Self.frameBytes)
    var free = 0.0
    while true {
      let count = read(input, &buffer, buffer.count)
      guard count > 0 else {
        if errno == EINTR { continue }
        return
      }
      let now = Self.now
      free = max(free, now)
      guard free - now <= Self.longestQueue else { continue }
      free += Double(count) * 8 / bitsPerSecond
      condition.lock()
      frames.append(Frame(bytes: Array(buffer[..<count]), due: free + delay))
      condition.broadcast()
      condition.unlock()
    }
  }

  private func give() {
    while true {
      condition.lock()
      while frames.isEmpty {
        let deadline = MonotonicCondition.Deadline(secondsFromNow: 1)
        _ = condition.wait(until: deadline)
      }
      let batch = frames
      frames = []
      condition.unlock()
      for frame in batch {
        let wait = frame.due - Self.now
        if wait > 0 { usleep(UInt32(wait * 1e6)) }
        _ = write(output, frame.bytes, frame.bytes.count)
      }
    }
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let rate = Double(arguments[3]), let delay = Double(arguments[4]),
  rate > 0, delay >= 0
else { fail("expected: DelayLine TAP1 TAP2 MBIT_PER_SECOND MICROSECONDS") }
let devices = [openDevice(arguments[1]), openDevice(arguments[2])]
for (from, to) in [(0, 1), (1, 0)] {
  Direction(
    from: devices[from], to: devices[to], bitsPerSecond: rate * 1e6, delay: delay * 1e-6
  ).start()
}
FileHandle.standardOutput.write(Data("ready\n".utf8))
while true { pause() }
