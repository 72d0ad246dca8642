internal import Randomness

/// Damage to a pickle that knows its instructions, and calls that must never be made.
enum PickleMutator {
  /// Changes instructions of the pickles in `bytes`; what follows them stays.
  static func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    var instructions = instructions(bytes)
    guard instructions.count > 2 else { return ByteMutator.mutate(&bytes, &random) }
    let end = instructions.last.map(\.upperBound) ?? 0
    let rest = Array(bytes[end...])
    var parts = instructions.map { Array(bytes[$0]) }
    instructions = []
    let count = random.happens(0.6) ? 1 : 1 + random.below(5)
    for _ in 0..<count { change(&parts, &random) }
    bytes = parts.flatMap { $0 } + rest
  }

  private static func change(_ parts: inout [[UInt8]], _ random: inout RandomStream) {
    guard !parts.isEmpty else { return }
    let place = random.below(parts.count)
    let other = random.below(parts.count)
    let length = min(1 + random.below(8), parts.count - place)
    switch random.below(14) {
    case 0: parts.remove(at: place)
    case 1: parts.insert(parts[place], at: place)
    case 2: parts.swapAt(place, other)
    case 3: parts[place] = parts[other]
    case 4: parts.insert(contentsOf: parts[place..<place + length], at: other)
    case 5: parts.removeSubrange(place..<place + length)
    case 6: parts.insert(hostileCall(&random), at: place)
    case 7: parts[place] = hostileCall(&random)
    case 8: parts.insert(global(&random), at: place)
    case 9:
      parts.insert(
        contentsOf: Array(repeating: parts[place], count: 1 + random.below(3000)), at: place)
    case 10: parts[place][0] = plain[random.below(plain.count)]
    default:
      if parts[place].count > 1 {
        ByteMutator.overwrite(&parts[place], in: 1..<parts[place].count, &random)
      } else {
        parts[place][0] = plain[random.below(plain.count)]
      }
    }
  }

  private static let plain = Array("(.012NRQabdeost})]lu".utf8) + (0x81...0x89) + (0x8F...0x94)

  private static let names: [(String, String)] = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"),
    ("builtins", "exec"), ("__builtin__", "eval"), ("builtins", "__import__"),
    ("builtins", "getattr"), ("subprocess", "Popen"), ("subprocess", "check_output"),
    ("runpy", "_run_code"), ("importlib", "import_module"), ("operator", "attrgetter"),
    ("functools", "partial"), ("webbrowser", "open"), ("pty", "spawn"), ("torch.hub", "load"),
    ("torch", "load"), ("numpy.testing._private.utils", "runstring"), ("timeit", "timeit"),
    ("code", "InteractiveInterpreter"), ("pickle", "loads"), ("copyreg", "_reconstructor"),
    ("argparse", "Namespace"), ("pathlib", "PosixPath"), ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"), ("numpy", "ndarray"), ("_codecs", "encode"),
  ]

  private static func global(_ random: inout RandomStream) -> [UInt8] {
    let (module, name) = names[random.below(names.count)]
    if random.happens(0.3) {
      return short(module) + short(name) + [0x93]
    }
    return Array("c\(module)\n\(name)\n".utf8)
  }

  /// A call that would make the marker file: by REDUCE, INST, OBJ or BUILD.
  private static func hostileCall(_ random: inout RandomStream) -> [UInt8] {
    let command = "touch \(Marker.path)"
    let text =
      random.happens(0.5) ? command : "__import__('os').system('\(command)')"
    let argument = [0x58] + little(text.utf8.count) + Array(text.utf8)
    switch random.below(5) {
    case 0: return global(&random) + argument + [0x85, 0x52]
    case 1:
      let (module, name) = names[random.below(names.count)]
      return [0x28] + argument + Array("i\(module)\n\(name)\n".utf8)
    case 2: return [0x28] + global(&random) + argument + [0x6F]
    case 3:
      return global(&random) + [0x29, 0x81, 0x7D] + short("__setstate__") + argument + [0x73, 0x62]
    default: return global(&random) + [0x28] + argument + [0x74, 0x52]
    }
  }

  private static func short(_ text: String) -> [UInt8] {
    [0x8C, UInt8(min(text.utf8.count, 255))] + Array(text.utf8.prefix(255))
  }

  private static func little(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The instructions of a pickle, or of several that follow each other, as far as they can be told
  /// (pickletools of Python 3: names and arguments of the instructions).
  static func instructions(_ bytes: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var place = 0
    while place < bytes.count, let length = length(bytes, place), place + length <= bytes.count {
      found.append(place..<place + length)
      place += length
      // After STOP only another PROTO begins a pickle.
      if bytes[place - length] == 0x2E, place >= bytes.count || bytes[place] != 0x80 { break }
    }
    return found
  }

  private static func length(_ bytes: [UInt8], _ place: Int) -> Int? {
    func number(_ width: Int) -> Int? {
      guard place + 1 + width <= bytes.count else { return nil }
      let value = (0..<width).reduce(UInt64(0)) {
        $0 | UInt64(bytes[place + 1 + $1]) << UInt64(8 * $1)
      }
      return value < 1 << 40 ? Int(value) : nil
    }
    func line(_ from: Int) -> Int? { bytes[from...].firstIndex(of: 0x0A).map { $0 + 1 } }
    switch bytes[place] {
    case 0x49, 0x46, 0x4C, 0x53, 0x56, 0x50, 0x67, 0x70: return line(place + 1).map { $0 - place }
    case 0x63, 0x69: return line(place + 1).flatMap(line).map { $0 - place }
    case 0x4B, 0x68, 0x71, 0x80, 0x82: return 2
    case 0x4D, 0x83: return 3
    case 0x4A, 0x6A, 0x72, 0x84: return 5
    case 0x47, 0x95: return 9
    case 0x55, 0x43, 0x8C, 0x8A: return number(1).map { $0 + 2 }
    case 0x54, 0x58, 0x42, 0x8B: return number(4).map { $0 + 5 }
    case 0x8D, 0x8E, 0x96: return number(8).map { $0 + 9 }
    default: return 1
    }
  }
}
