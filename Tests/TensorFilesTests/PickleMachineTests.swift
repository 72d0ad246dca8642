import Testing

@testable import TensorFiles

/// The pickle machine.
@Suite struct PickleMachineTests {
  private func run(_ value: [UInt8]) throws -> Pickle {
    var reader = ByteReader(file: "test", bytes: PickleBytes.pickle(value) + [0xAA])
    let pickle = try PickleMachine.run(&reader, knownGlobals: TorchGlobals.known)
    #expect(reader.remaining == 1)
    return pickle
  }

  /// Plain values.
  @Test func plainValues() throws {
    let cases: [([UInt8], PickleValue)] = [
      ([0x4E], .none), ([0x88], .bool(true)), ([0x89], .bool(false)),
      ([0x4B, 200], .integer(200)), ([0x4D, 0xE9, 3], .integer(1001)),
      ([0x4A, 0xFE, 0xFF, 0xFF, 0xFF], .integer(-2)),
      ([0x8A, 0], .integer(0)), ([0x8A, 1, 0xFF], .integer(-1)),
      ([0x8A, 2, 0xFF, 0], .integer(255)), ([0x8A, 2, 0, 0x80], .integer(-32768)),
      (PickleBytes.integer(.min), .integer(.min)), (PickleBytes.integer(.max), .integer(.max)),
      ([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], .largeInteger([0, 0, 0, 0, 0, 0, 0, 0, 1])),
      ([0x47, 0x3F, 0xC0, 0, 0, 0, 0, 0, 0], .float(0.125)),
      (PickleBytes.string("Grüße"), .string("Grüße")),
      ([0x55, 2, 0x6F, 0x6B], .string("ok")), ([0x55, 1, 0xFF], .bytes([0xFF])),
      ([0x54, 2, 0, 0, 0, 0x6F, 0x6B], .string("ok")),
      (
        PickleBytes.global("torch", "float16"),
        .global(PickleGlobal(module: "torch", name: "float16"))
      ),
    ]
    for (bytes, value) in cases { #expect(try run(bytes).root == value) }
  }

  /// Plain values of protocols 3 to 5.
  @Test func laterPlainValues() throws {
    let eight = PickleBytes.littleEndian(UInt64(2))
    let cases: [([UInt8], PickleValue)] = [
      ([0x8C, 2, 0xC3, 0xBC], .string("ü")), ([0x8D] + eight + [0x6F, 0x6B], .string("ok")),
      ([0x43, 2, 0xFF, 0], .bytes([0xFF, 0])), ([0x42, 1, 0, 0, 0, 7], .bytes([7])),
      ([0x8E] + eight + [1, 2], .bytes([1, 2])), ([0x96] + eight + [1, 2], .bytes([1, 2])),
      ([0x8B, 2, 0, 0, 0, 0, 0x80], .integer(-32768)),
      ([0x8B, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .largeInteger([0, 0, 0, 0, 0, 0, 0, 0, 1])),
      ([0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x4E], .none),
      (
        [0x8C, 5] + Array("torch".utf8) + [0x8C, 7] + Array("float16".utf8) + [0x93],
        .global(PickleGlobal(module: "torch", name: "float16"))
      ),
      // Python 3 and NumPy 1 have other names for the same modules.
      (
        PickleBytes.global("builtins", "set"),
        .global(PickleGlobal(module: "__builtin__", name: "set"))
      ),
      (PickleBytes.global("numpy.core.multiarray", "scalar"), .global(NumPyGlobals.scalar)),
    ]
    for (bytes, value) in cases { #expect(try run(bytes).root == value, "\(bytes)") }
  }

  /// Sets, DUP, MEMOIZE and NEWOBJ_EX.
  @Test func laterCompoundValues() throws {
    // [1, 1] by DUP; the list is memorised as 0, its copy taken from there.
    let doubled = try run([0x5D, 0x94, 0x28, 0x4B, 1, 0x32, 0x65, 0x30, 0x68, 0])
    #expect(doubled.sequence(doubled.root) == [.integer(1), .integer(1)])
    let sets = try run([0x8F, 0x28, 0x4B, 1, 0x4B, 2, 0x90])
    #expect(sets.object(sets.root)?.kind == .set && sets.object(sets.root)?.items.count == 2)
    let frozen = try run([0x28, 0x4B, 1, 0x91])
    #expect(frozen.object(frozen.root)?.kind == .set)
    let call = try run(
      PickleBytes.global("torch", "device") + PickleBytes.tuple([PickleBytes.string("cpu")])
        + [0x7D, 0x92])
    #expect(call.object(call.root)?.items == [.string("cpu")])
  }

  /// Broken instructions of protocols 3 to 5 are errors.
  @Test(
    arguments: [
      ([0x97], .unsupported), ([0x98], .unsupported),  // buffers outside of the file
      ([0x94], .malformed), ([0x32], .malformed), ([0x93], .malformed), ([0x4E, 0x92], .malformed),
      ([0x4E, 0x4E, 0x93], .malformed), ([0x5D, 0x28, 0x4E, 0x90], .malformed),
      ([0x91], .malformed), ([0x50], .truncated), ([0x84, 1], .truncated),
      ([0x6F], .malformed), ([0x28, 0x4E, 0x6F], .malformed), ([0x28, 0x4E, 0x64], .malformed),
      (Array("I1x\n".utf8), .malformed), (Array("F1,5\n".utf8), .malformed),
      (Array("g-1\n".utf8), .malformed), (Array("Sx\n".utf8), .malformed),
      (Array("S'\\x1'\n".utf8), .malformed), (Array("V\\u12\n".utf8), .malformed),
      ([0x8B, 0xFF, 0xFF, 0xFF, 0xFF], .limitExceeded), ([0x8C, 1, 0xFF], .malformed),
      ([0x8D] + [UInt8](repeating: 0xFF, count: 8), .limitExceeded),
      ([0x95] + [UInt8](repeating: 0xFF, count: 8), .truncated),
      ([0x8E] + [UInt8](repeating: 0x7F, count: 8), .limitExceeded),
      ([0x42, 0xFF, 0, 0, 0], .truncated),
    ] as [([UInt8], TorchFileError.Code)])
  func brokenInstructions(object: [UInt8], code: TorchFileError.Code) throws {
    let error = try #require(torchError { try run(object) })
    #expect(error.code == code, "\(error)")
    // In a plain pickle the file is the only bound of a length.
    let plain = try #require(readError(PickleBytes.pickle(object)))
    #expect(plain.code == code || (plain.code == .truncated && code == .limitExceeded), "\(plain)")
  }

  /// Compound values, memo and POP.
  @Test func compoundValues() throws {
    // (1, None), memorised, popped, and taken twice into a list.
    let pair: [UInt8] = [0x4B, 1, 0x4E, 0x86, 0x71, 0, 0x30]
    let pickle = try run(pair + [0x5D, 0x68, 0, 0x61, 0x68, 0, 0x61])
    let items = try #require(pickle.sequence(pickle.root))
    #expect(items.count == 2 && items[0] == items[1])
    #expect(pickle.sequence(items[0]) == [.integer(1), .none])

    // POP takes an open MARK; POP_MARK takes what lies above it.
    #expect(try run([0x4B, 7, 0x28, 0x30]).root == .integer(7))
    #expect(try run([0x4B, 7, 0x28, 0x4E, 0x4E, 0x31]).root == .integer(7))
  }

  /// A call is recorded, not made; BUILD attaches its state.
  @Test func calls() throws {
    let call = PickleBytes.call(PickleBytes.global("torch", "device"), [PickleBytes.string("cpu")])
    let pickle = try run(call + [0x7D, 0x62])
    let object = try #require(pickle.object(pickle.root))
    #expect(object.kind == .call(PickleGlobal(module: "torch", name: "device")))
    #expect(object.items == [.string("cpu")])
    #expect(object.state.flatMap(pickle.dictionary)?.isEmpty == true)
  }

  /// The lines of text of protocol 0.
  @Test func linesOfText() throws {
    let cases: [(String, PickleValue)] = [
      ("I-42\n", .integer(-42)), ("I00\n", .bool(false)), ("I01\n", .bool(true)),
      ("L7L\n", .integer(7)), ("F-2.5\n", .float(-2.5)), ("F1e-05\n", .float(1e-5)),
      ("S'it\\'s\\n\\x41'\n", .string("it's\nA")), ("S'\\xff'\n", .bytes([0xFF])),
      ("Vgr\\u00fc\\u00df\n", .string("grüß")), ("Va\\U0001f600\n", .string("a😀")),
      ("I7\np3\n0g3\n", .integer(7)),
    ]
    for (text, value) in cases { #expect(try run(Array(text.utf8)).root == value, "\(text)") }
    let list = try run(Array("(I1\nI2\nl".utf8))
    #expect(list.sequence(list.root) == [.integer(1), .integer(2)])
    let dictionary = try run(Array("(Va\nI1\nd".utf8))
    #expect(dictionary.dictionary(dictionary.root)?.map(\.text) == ["a"])
    let bytes = Array("I7\n.".utf8)
    var reader = ByteReader(file: "test", bytes: bytes)
    #expect(try PickleMachine.run(&reader, knownGlobals: []).root == .integer(7))
  }

  /// Objects of unknown classes are opaque, however they are made.
  @Test func opaqueObjects() throws {
    let name = PickleGlobal(module: "argparse", name: "Namespace")
    let text = Array("argparse\nNamespace\n".utf8)
    let state = PickleBytes.dictionary([("lr", PickleBytes.integer(1))])
    let made: [[UInt8]] = [
      PickleBytes.global("argparse", "Namespace") + [0x29, 0x81],  // NEWOBJ
      PickleBytes.global("argparse", "Namespace") + [0x29, 0x52],  // REDUCE
      PickleBytes.global("argparse", "Namespace") + [0x29, 0x7D, 0x92],  // NEWOBJ_EX
      [0x28, 0x69] + text,  // INST
      [0x28] + PickleBytes.global("argparse", "Namespace") + [0x6F],  // OBJ
      PickleBytes.call(
        PickleBytes.global("copy_reg", "_reconstructor"),
        [
          PickleBytes.global("argparse", "Namespace"), PickleBytes.global("builtins", "object"),
          [0x4E],
        ]),
    ]
    for bytes in made {
      let pickle = try run(bytes + state + [0x62])
      #expect(pickle.object(pickle.root)?.kind == .opaque(name), "\(bytes)")
      #expect(pickle.attributes(pickle.root)?.map(\.text) == ["lr"])
      #expect(pickle.dictionary(pickle.root) == nil && pickle.strangers.contains(name))
    }
    // A dictionary's subclass has entries; the items of a list's or a set's subclass are not
    // needed.
    let counted = PickleBytes.call(
      PickleBytes.global("collections", "defaultdict"), [PickleBytes.global("builtins", "int")])
    let dictionary = try run(counted + [0x28] + PickleBytes.string("a") + [0x4B, 1, 0x75])
    #expect(dictionary.dictionary(dictionary.root)?.map(\.text) == ["a"])
    let queue = PickleBytes.call(PickleBytes.global("collections", "deque"), [])
    for code: UInt8 in [0x65, 0x90] {
      let pickle = try run(queue + [0x28, 0x4B, 1, code])
      #expect(pickle.object(pickle.root)?.items.isEmpty == true)
    }
    // The result of a method is as unknown as its object; members of enumerations are written by
    // name.
    let again = try run(queue + [0x29, 0x52])
    #expect(
      again.object(again.root)?.kind
        == .opaque(PickleGlobal(module: "collections", name: "deque")))
    let member = try run(
      PickleBytes.call(
        PickleBytes.global("builtins", "getattr"),
        [PickleBytes.global("settings", "Mode"), PickleBytes.string("TRAIN")]))
    #expect(
      member.object(member.root)?.kind == .opaque(PickleGlobal(module: "settings", name: "Mode")))
  }

  /// A change through the memo is seen by every holder.
  @Test func sharedChange() throws {
    // A dictionary is put into a tuple and filled afterwards, as PyTorch does with _metadata.
    let pickle = try run(
      [0x7D, 0x71, 0, 0x85, 0x68, 0] + PickleBytes.string("k") + [0x4B, 5, 0x73, 0x30])
    let holder = try #require(pickle.sequence(pickle.root))
    let entries = try #require(pickle.dictionary(holder[0]))
    #expect(entries.count == 1 && entries[0].text == "k" && entries[0].value == .integer(5))
  }
}
