import Foundation
import PipelineConfiguration
import TestSupport
import Testing

/// Files that are not YAML, or YAML that is refused.
@Suite struct SyntaxErrorTests {
  @Test func tabIndentation() {
    #expect(
      failure("extract:\n  dataset: dfdc\n\tworkers: 1\n")
        == "x.yaml:3:1: not valid YAML: found a tab character that violates indentation "
        + "(while scanning a plain scalar); indent with spaces, not with tabs")
    #expect(
      failure("extract:\n\tdataset: dfdc\n")
        == "x.yaml:2:1: not valid YAML: found character that cannot start any token "
        + "(while scanning for the next token); indent with spaces, not with tabs")
  }

  @Test func brokenList() {
    #expect(
      failure("extract:\n  methods: [a, b\n  workers: 1\n")
        == "x.yaml:3:10: not valid YAML: did not find expected ',' or ']' "
        + "(while parsing a flow sequence)")
  }

  @Test func duplicateKey() {
    #expect(
      failure("extract:\n  dataset: dfdc\n  workers: 1\n  'workers': 2\n")
        == "x.yaml:3:3: duplicate key 'workers': it stands here and again further down; "
        + "keep one of them")
  }

  @Test func duplicateKeyInASectionOfOthers() {
    #expect(failure("train:\n  a: 1\n  a: 2\n").hasPrefix("x.yaml:2:3: duplicate key 'a'"))
  }

  @Test func notAMapping() {
    #expect(failure("- extract\n") == "x.yaml:1:1: expected a mapping of sections, got a list")
    #expect(failure("dfdc\n") == "x.yaml:1:1: expected a mapping of sections, got 'dfdc'")
    #expect(
      failure("extract: [a]\n", set: ["--set"]).hasPrefix("--set: expected key=value"))
    #expect(
      failure("extract: [a]\n") == "x.yaml:1:10: 'extract': expected a mapping, got a list")
    #expect(
      failure("[extract]: 1\n") == "x.yaml:1:1: expected a word as key, got a list or mapping")
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n...\n", "~", "\u{FEFF}"])
  func emptyFile(yaml: String) {
    #expect(
      failure(yaml) == "x.yaml: the file has no settings; expected a mapping of sections")
  }

  @Test func secondDocument() {
    #expect(
      failure("extract: {dataset: dfdc}\n---\nextract: {dataset: csv}\n").hasPrefix(
        "x.yaml:2:1: not valid YAML: but found another document"))
  }

  @Test func tags() {
    #expect(
      failure("extract:\n  dataset: !!str dfdc\n  workers: !!int 3\n").hasPrefix(
        "x.yaml:3:12: tags are not supported, got 'tag:yaml.org,2002:int'; remove it"))
    #expect(failure("extract: !thing {}\n").hasPrefix("x.yaml:1:10: tags are not supported"))
  }

  @Test func alias() {
    #expect(
      failure("extract: {dataset: dfdc}\ntrain:\n  a: &x 1\n  é: *x\n")
        == "x.yaml:4:6: aliases are not supported, got '*x'; repeat the value")
    #expect(
      failure("extract: *x\n").hasPrefix("x.yaml:1:10: not valid YAML: found undefined alias"))
  }

  @Test(arguments: ["v", "? *"])
  func aliasBomb(use: String) {
    var yaml = "a0: &a0 [x, x]\n"
    for level in 1...60 {
      yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
    }
    yaml += use == "v" ? "extract: *a60\n" : "? *a60\n: 1\n"
    let clock = ContinuousClock()
    let time = clock.measure {
      #expect(
        failure(yaml) == "x.yaml:2:10: aliases are not supported, got '*a0'; repeat the value")
    }
    #expect(time < .seconds(5))
  }

  @Test func anchorsAndAsterisksThatAreNoAliases() throws {
    let yaml = "# *a and &b\nextract: {dataset: folders, input: \"R&D/*.d\"} # 2*3\n"
    #expect(try extract(yaml).input == "/data/pipelines/R&D/*.d")
  }

  @Test(arguments: ["[", "{", "- ", "? ", "[a,", "{a: "])
  func nestingBomb(opening: String) {
    let clock = ContinuousClock()
    let time = clock.measure {
      let error = failure(String(repeating: opening, count: 1_000_000 / opening.utf8.count))
      #expect(error.hasPrefix("x.yaml:1:"))
      #expect(error.hasSuffix(": lists and mappings are nested too deeply"))
    }
    #expect(time < .seconds(20))
  }

  @Test func missingFile() {
    #expect(readFailure("no/such.yaml") == "no/such.yaml: no such file; check the path")
  }

  @Test func folderInsteadOfFile() {
    let path = packageRoot.appendingPathComponent("pipelines").path
    #expect(readFailure(path) == "\(path): expected a YAML file, got a folder")
  }

  @Test func binaryGarbage() throws {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    try withFile(png) { path in
      #expect(readFailure(path) == "\(path):1:1: not UTF-8 text; expected YAML")
    }
    try withFile(Array("extract:\n  ds\u{0}: 1".utf8)) { path in
      #expect(readFailure(path) == "\(path):2:5: control character \\0; expected YAML text")
    }
    // Every byte value in many orders: an error each time, never a trap.
    var generator = SplitMix64(state: 7)
    for length in 0..<400 {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      try withFile(bytes) { path in
        #expect(throws: ConfigurationError.self) { try ExtractConfiguration(contentsOf: path) }
      }
    }
  }

  /// A good file with one byte changed is read or refused; it never traps.
  @Test func damagedFiles() throws {
    let name = packageRoot.appendingPathComponent("pipelines/dfdc.yaml")
    let good = [UInt8](try Data(contentsOf: name))
    let signs = Array("\t\n \"'&*!|>%@`[]{},:#?-~\\0a".utf8) + [0, 0x80, 0xFF]
    var generator = SplitMix64(state: 3)
    var refused = 0
    for _ in 0..<600 {
      var bytes = good
      bytes[Int(generator.next() % UInt64(bytes.count))] =
        signs[Int(generator.next() % UInt64(signs.count))]
      guard let yaml = String(validating: bytes, as: UTF8.self) else { continue }
      do {
        _ = try extract(yaml)
      } catch {
        #expect(error is ConfigurationError)
        refused += 1
      }
    }
    #expect(refused > 40)
  }

  @Test func fileOfTwoMebibytes() throws {
    try withFile(Array(repeating: UInt8(ascii: "#"), count: 2 << 20)) { path in
      let words = "\(path): larger than 1024 KiB; expected a pipeline file of a few kilobytes"
      #expect(readFailure(path) == words)
    }
  }

  @Test func endlessFile() {
    let words = "/dev/zero: larger than 1024 KiB; expected a pipeline file of a few kilobytes"
    #expect(readFailure("/dev/zero") == words)
  }

  @Test func largestFileIsReadInShortTime() throws {
    var yaml = "extract: {dataset: dfdc}\ntrain:\n"
    while yaml.utf8.count < (1 << 20) - 100 {
      yaml += "  k\(yaml.utf8.count): [1, 2, {a: b}]\n"
    }
    let clock = ContinuousClock()
    let time = try clock.measure {
      let configuration = try extract(yaml)
      #expect(configuration.dataset == .dfdc)
    }
    #expect(time < .seconds(30))
  }

  @Test func byteOrderMarkAndWindowsLineEnds() throws {
    #expect(try extract("\u{FEFF}extract:\r\n  dataset: csv\r\n").dataset == .csv)
    #expect(failure("\u{FEFF}extract:\r\n  datasets: csv\r\n").contains("x.yaml:2:3: unknown key"))
  }
}

/// The text of the error that reading the file at `path` must throw.
private func readFailure(
  _ path: String, sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) {
    try ExtractConfiguration(contentsOf: path)
  }
  return error?.description ?? ""
}
