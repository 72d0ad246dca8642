import Testing

@testable import TensorFiles

/// Files made to do harm.
@Suite(.timeLimit(.minutes(5)))
struct HostileFileTests {
  typealias Bytes = PickleBytes

  /// Names that attacks use are refused, and the error quotes them.
  @Test(arguments: [
    ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
    ("torch", "load"), ("subprocess", "Popen"), ("importlib", "import_module"),
    ("webbrowser", "open"), ("runpy", "_run_code"), ("pickle", "loads"),
  ])
  func forbiddenGlobal(module: String, name: String) throws {
    let call = Bytes.call(Bytes.global(module, name), [Bytes.string("id")])
    let inst = Array("(i\(module)\n\(name)\n".utf8)
    let names = Bytes.string(module) + Bytes.string(name) + [0x93, 0x29, 0x52]
    for object in [call, inst, names, Bytes.global(module, name)] {
      let error = try #require(readError(LegacyFile(object: object).bytes))
      #expect(error.code == .forbiddenGlobal)
      #expect(error.message.contains("\(module).\(name)"))
      #expect(error.message.contains("don't open this file"))
    }
  }

  /// `getattr` may name a member of a class only: otherwise it could reach any function.
  @Test func attributes() throws {
    func code(_ owner: [UInt8], _ name: String) -> TorchFileError.Code? {
      readError(
        LegacyFile(
          object: Bytes.dictionary([
            ("x", Bytes.call(Bytes.global("__builtin__", "getattr"), [owner, Bytes.string(name)]))
          ])
        ).bytes)?.code
    }
    let owner = Bytes.global("settings", "Mode")
    #expect(code(owner, "TRAIN") == .unsupported, "no tensors, and nothing else wrong")
    #expect(code(owner, "__subclasses__") == .forbiddenGlobal)
    #expect(code(Bytes.global("settings", "mode"), "x") == .forbiddenGlobal)
    #expect(code(Bytes.call(Bytes.global("settings", "Mode"), []), "x") == .forbiddenGlobal)
  }

  /// Objects of unknown classes are skipped, and no tensor can be made of one.
  @Test func opaqueTensors() throws {
    let opaque = Bytes.call(Bytes.global("settings", "Mode"), [])
    let file = LegacyFile(
      object: Bytes.dictionary([
        ("mode", opaque),
        ("x", Bytes.tensor(Bytes.storage("0", count: 4), shape: [4], strides: [1])),
      ]), storages: [("0", [1, 2, 3, 4])])
    #expect(try TorchFile.read(file: "test.pt", bytes: file.bytes)["x"]?.values == [1, 2, 3, 4])
    let weights = try ModelWeights.read(file: "test.pt", bytes: file.bytes)
    #expect(weights.foreignNames == ["settings.Mode"] && weights.others == ["mode"])
    for object in [
      Bytes.tensor(opaque, shape: [4], strides: [1]),
      Bytes.call(Bytes.global("torch._utils", "_rebuild_parameter"), [opaque]),
      Bytes.call(Bytes.global("torch._utils", "_rebuild_qtensor"), [opaque]),
    ] {
      let other = Bytes.tensor(Bytes.storage("0", count: 4), shape: [4], strides: [1])
      let file = LegacyFile(
        object: Bytes.dictionary([("y", other), ("x", object)]), storages: [("0", [1, 2, 3, 4])])
      let weights = try? ModelWeights.read(file: "test.pt", bytes: file.bytes)
      #expect(weights?["x"] == nil && weights?.others != [])
    }
  }

  /// Millions of names, objects in objects and states of states stay within the bounds.
  @Test func manyStrangers() throws {
    var object: [UInt8] = [0x28]
    for index in 0..<20_000 { object += Bytes.global("a\(index)", "B") + [0x29, 0x52, 0x30] }
    let many = LegacyFile(object: object + [0x31] + Bytes.dictionary([]))
    #expect(try TorchFile.read(file: "test.pt", bytes: many.bytes).tensors.isEmpty)
    // A module within itself, and one that holds another one twice, thirty times over.
    func module(_ modules: [UInt8]) -> [UInt8] {
      Bytes.global("m", "M") + [0x29, 0x81]
        + Bytes.dictionary([
          ("_parameters", Bytes.dictionary([])), ("_buffers", Bytes.dictionary([])),
          ("_modules", modules),
        ]) + [0x62]
    }
    var nested = module(Bytes.dictionary([])) + [0x71, 0]
    for _ in 0..<30 {
      nested +=
        [0x30] + module(Bytes.dictionary([("a", [0x68, 0]), ("b", [0x68, 0])])) + [0x71, 0]
    }
    let start = ContinuousClock.now
    let file = LegacyFile(object: nested)
    #expect(torchError { try ModelWeights.read(file: "t", bytes: file.bytes) } != nil)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  /// Names are refused in the header and in the list of keys too.
  @Test func forbiddenGlobalElsewhere() throws {
    let file = LegacyFile(object: [])
    for (name, code) in [("torch", .malformed), ("os", .forbiddenGlobal)]
      as [(String, TorchFileError.Code)]
    {
      let keys = Bytes.pickle(Bytes.global(name, "Size"))
      let bytes = file.header + Bytes.pickle(Bytes.dictionary([])) + keys
      #expect(readError(bytes)?.code == code)
    }
  }

  /// A layout that exceeds its storage is refused.
  @Test func layoutsOutsideTheStorage() throws {
    let far = 1 << 62
    let cases: [(offset: Int, shape: [Int], strides: [Int])] = [
      (0, [far], [1]), (0, [far], [0]), (0, [far, far], [0, 0]), (0, [far, far, 0], [1, 1, 1]),
      (0, [.max], [.max]), (0, [5], [1]), (1, [4], [1]), (0, [2, 2], [4, 1]), (0, [2], [.max]),
      (.max, [1], [1]), (.max, [2], [.max]), (4, [1], [1]), (4, [], []), (-1, [1], [1]),
      (3, [2], [-1]), (0, [-1], [1]), (0, [-1, -4], [1, 1]), (0, [2, 2], [1]), (0, [], [1]),
      (0, Array(repeating: 1, count: 65), Array(repeating: 1, count: 65)),
      (0, [1 << 20, 1 << 20], [0, 0]), (0, [1 << 30], [0]),
    ]
    for (offset, shape, strides) in cases {
      let file = LegacyFile.oneTensor(offset: offset, shape: shape, strides: strides)
      let error = try #require(readError(file.bytes), "\(offset) \(shape) \(strides)")
      #expect(error.code == .malformed || error.code == .limitExceeded)
      #expect(error.description.contains("tensor 'x'"))
    }
  }

  /// Strides of dimensions of one element don't matter.
  @Test func meaninglessStrides() throws {
    let file = LegacyFile.oneTensor(
      offset: 2, shape: [1, 2, 1], strides: [.max, 1, .max])
    #expect(try TorchFile.read(file: "test.pt", bytes: file.bytes)["x"]?.values == [3, 4])
    let empty = LegacyFile.oneTensor(offset: 9, shape: [3, 0], strides: [.max, .max])
    #expect(try TorchFile.read(file: "test.pt", bytes: empty.bytes)["x"]?.shape == [3, 0])
  }

  /// Many tensors over one storage can't multiply it without bound.
  @Test func expansionBudget() throws {
    let storage = Bytes.storage("0", count: 4)
    let tensor = Bytes.tensor(storage, shape: [1 << 20], strides: [0])
    // 17 tensors of 4 MiB each pass the spare 64 MiB.
    let entries = (0..<17).map { ("x\($0)", tensor) }
    let file = LegacyFile(object: Bytes.dictionary(entries), storages: [("0", [1, 2, 3, 4])])
    #expect(readError(file.bytes)?.code == .limitExceeded)
  }

  /// A storage's size can't overflow.
  @Test func hugeStorage() throws {
    for count in [Int.max, 1 << 62, 1 << 61, -1] {
      let tensor = Bytes.tensor(Bytes.storage("0", count: count), shape: [1], strides: [1])
      let object = Bytes.dictionary([("x", tensor)])
      var bytes = LegacyFile(object: object).header + Bytes.pickle(object)
      bytes += Bytes.pickle(Bytes.list([Bytes.string("0")]))
      bytes += Bytes.littleEndian(Int64(count)) + [0, 0, 0, 0]
      #expect(readError(bytes) != nil, "\(count)")
    }
  }

  /// One storage described in two ways, or as a view, is refused.
  @Test func contradictoryStorages() throws {
    func read(_ first: [UInt8], _ second: [UInt8]) -> TorchFileError? {
      let tensors = [first, second].map { Bytes.tensor($0, shape: [1], strides: [1]) }
      let object = Bytes.dictionary([("x", tensors[0]), ("y", tensors[1])])
      return readError(LegacyFile(object: object, storages: [("0", [1, 2, 3, 4])]).bytes)
    }
    let storage = Bytes.storage("0", count: 4)
    #expect(read(storage, storage) == nil)
    #expect(read(storage, Bytes.storage("0", count: 8))?.code == .malformed)
    #expect(read(storage, Bytes.storage("0", count: 4, type: "LongStorage"))?.code == .malformed)
    let view = Bytes.tuple([Bytes.string("1"), Bytes.integer(0), Bytes.integer(4)])
    #expect(read(storage, Bytes.storage("0", count: 4, view: view))?.code == .unsupported)
  }

  /// Deep nesting neither overflows the stack nor hangs.
  @Test func deepNesting() throws {
    let depth = 300_000
    // [[[...]]]: EMPTY_LIST, many times, then APPEND.
    let lists = [UInt8](repeating: 0x5D, count: depth) + [UInt8](repeating: 0x61, count: depth - 1)
    // (((...),),): TUPLE1 of TUPLE1.
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: depth)
    for object in [lists, tuples] {
      let error = try #require(
        readError(LegacyFile(object: Bytes.dictionary([("x", object)])).bytes))
      #expect(error.message.contains("it has 'x'"))
    }
    let marks = [UInt8](repeating: 0x28, count: depth)
    #expect(readError(LegacyFile(object: marks).bytes)?.code == .limitExceeded)
  }

  /// Shared values are not multiplied: 2^100 leaves.
  @Test func memoBomb() throws {
    var object = Bytes.string("boom") + [0x71, 0]
    // Each level is a tuple of the level below, twice.
    for _ in 0..<100 { object += [0x68, 0, 0x86, 0x71, 0] }
    let error = try #require(
      readError(LegacyFile(object: Bytes.dictionary([("x", object)])).bytes))
    #expect(error.message.contains("it has 'x'"))
  }

  /// A shared list of pairs can't be copied without bound.
  @Test func repeatedOrderedDictionary() throws {
    let pair = Bytes.tuple([Bytes.string("k"), [0x4E]])
    let pairs = Bytes.list(Array(repeating: pair, count: 10_000))
    let ordered = Bytes.global("collections", "OrderedDict") + [0x71, 1, 0x30]
    var object = pairs + [0x71, 0, 0x30] + ordered + [0x28]
    for _ in 0..<10_000 { object += [0x68, 1, 0x68, 0, 0x85, 0x52] }
    #expect(readError(LegacyFile(object: object + [0x74]).bytes)?.code == .limitExceeded)
  }

  /// A long key shared by many entries is not hashed each time.
  @Test func sharedLongKey() throws {
    // 8 MB of key, 200,000 times: 1.6 TB to hash.
    var object = Bytes.string(String(repeating: "k", count: 8 << 20)) + [0x71, 0, 0x30, 0x7D, 0x28]
    for _ in 0..<200_000 { object += [0x68, 0, 0x4E] }
    let error = try #require(readError(LegacyFile(object: object + [0x75]).bytes))
    #expect(error.code == .unsupported && error.description.utf8.count < 2000)
  }

  /// Values that contain themselves are harmless.
  @Test func selfReference() throws {
    // A list in itself, a dictionary in itself, and a Parameter whose data is itself.
    let list: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    let error = try #require(readError(LegacyFile(object: list).bytes))
    #expect(error.message.contains("got a list of 1"))

    let dictionary = [0x7D, 0x71, 0] + Bytes.string("x") + [0x68, 0, 0x73]
    #expect(readError(LegacyFile(object: dictionary).bytes)?.code == .unsupported)

    var parameter = Bytes.global("torch._utils", "_rebuild_parameter") + [0x5D, 0x85, 0x52]
    parameter += [0x71, 0, 0x68, 0, 0x62]
    let nested = Bytes.call(Bytes.global("torch._utils", "_rebuild_parameter"), [parameter])
    #expect(readError(LegacyFile(object: Bytes.dictionary([("x", nested)])).bytes) != nil)
  }

  /// The machine's bounds hold.
  @Test func bounds() throws {
    func code(_ object: [UInt8], _ change: (inout PickleLimits) -> Void) -> TorchFileError? {
      var limits = PickleLimits()
      change(&limits)
      return readError(LegacyFile(object: object).bytes, limits: limits)
    }
    let many = [UInt8](repeating: 0x4E, count: 200)
    let memo: [UInt8] = [0x4E] + (0..<200).flatMap { number -> [UInt8] in [0x71, UInt8(number)] }
    let text = Bytes.string(String(repeating: "x", count: 200))
    let name = Bytes.global("torch", String(repeating: "x", count: 200))
    #expect(code(many) { $0.steps = 100 }?.code == .limitExceeded)
    #expect(code(many) { $0.stackDepth = 100 }?.code == .limitExceeded)
    #expect(code(memo) { $0.memoEntries = 100 }?.code == .limitExceeded)
    #expect(code(text) { $0.stringLength = 100 }?.code == .limitExceeded)
    #expect(code(name) { $0.globalLength = 100 }?.code == .limitExceeded)
  }

  /// Broken programs are refused.
  @Test(
    arguments: [
      [0x30], [0x31], [0x61], [0x65], [0x73], [0x75], [0x74], [0x85], [0x52], [0x62], [0x51],
      [0x68, 9], [0x71, 0], [0x4E, 0x4E], [], [0x28], [0x4E, 0x28, 0x61],  // stack
      [0x4E, 0x4E, 0x61], [0x4E, 0x4E, 0x4E, 0x73], [0x7D, 0x28, 0x4E, 0x75],  // wrong targets
      [0x4E, 0x29, 0x52], [0x4E, 0x4E, 0x62], [0x49, 0x0A], [0x00], [0x80, 9],  // opcodes
      [0x58, 1, 0, 0, 0, 0xFF], [0x54, 0xFF, 0xFF, 0xFF, 0xFF],  // strings
    ] as [[UInt8]])
  func brokenPrograms(object: [UInt8]) throws {
    let error = try #require(readError(LegacyFile(object: object).bytes))
    #expect(error.description.hasPrefix("test.pt: at byte "))
  }
}
