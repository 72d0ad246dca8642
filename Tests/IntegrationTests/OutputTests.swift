import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What is printed, and where it may not arrive.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct OutputTests {
  private static let hostileNames = [
    "bad\u{1B}[31m\u{1B}]0;owned\u{7} name.mp4", "two\nSound: every record is fine.mp4",
    "\u{202E}4pm.mp4", "c1\u{9B}2J.mp4",
  ]

  private func expectHarmless(_ text: String) {
    let harmful = text.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
    }
    #expect(harmful.isEmpty, "\(text.debugDescription)")
    #expect(!text.contains("\nSound: every record is fine"))
  }

  /// Names of videos with escape sequences, line feeds and turned writing direction are stored as they
  /// are, and shown escaped by every command.
  @Test func namesOfVideosCommandNoTerminal() throws {
    try withTemporaryDirectory { folder in
      for (number, name) in Self.hostileNames.enumerated() {
        // Half of them are no videos, so that reasons are printed.
        try folder.write(
          Data("no video".utf8), to: "in/\(number % 2 == 0 ? "real" : "fake")/\(name)")
      }
      let store = folder.path(of: "store")
      let run = try BuiltExecutable.extract("folders", input: folder.path(of: "in"), store: store)
      #expect(run.status == 2, "\(run.errors)")
      for text in [run.output, run.errors] { expectHarmless(text) }
      #expect(run.output.contains(#"bad\u001b[31m\u001b]0;owned\u0007 name.mp4"#))
      #expect(run.output.contains(#"two\nSound: every record is fine.mp4"#))
      #expect(
        Set(try StoreContent(store).videos.keys.map { ($0 as NSString).lastPathComponent })
          == Set(Self.hostileNames))
      for command in [["verify", store], ["verify", store, "--json", "-"], ["inspect", store]] {
        let outcome = try BuiltExecutable.run(command)
        for text in [outcome.output, outcome.errors] { expectHarmless(text) }
      }
    }
  }

  /// Errors repeat paths and settings of the command line.
  @Test(arguments: [
    ["inspect", "no\u{1B}[2Jstore"], ["verify", "a\u{9B}2J"],
    ["run", "no\u{1B}c.yaml", "--input", "x", "--store", "y"],
    ["run", "pipelines/folders.yaml", "--input", "\u{202E}x", "--store", "y"],
  ])
  func errorsCommandNoTerminal(_ arguments: [String]) throws {
    let outcome = try BuiltExecutable.run(arguments)
    #expect(outcome.status == 1)
    #expect(!outcome.errors.isEmpty)
    expectHarmless(outcome.errors)
  }

  /// A full disk behind standard output is a failure, and said.
  @Test func lostOutputIsAFailure() throws {
    for (program, arguments) in [
      (BuiltExecutable.extractor, ["inspect", TrainingStore.folder, "--json", "-"]),
      (BuiltExecutable.extractor, ["verify", TrainingStore.folder]),
      (TrainingRun.trainer, ["--help"]),
    ] {
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let errors = Pipe()
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.standardOutput = full
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 1, "\(arguments)")
      #expect(text.contains("standard output can't be written"), "\(text)")
      #expect(text.contains("No space left"), "\(text)")
    }
  }

  /// A terminal that goes away in the middle ends no extraction.
  @Test func aLostTerminalEndsNothing() throws {
    try withTemporaryDirectory { folder in
      let clip = try Data(
        contentsOf: URL(fileURLWithPath: SampleClips.folder + "/real/astronaut/take1.mp4"))
      for number in 0..<12 { try folder.write(clip, to: "in/real/group/\(number).mp4") }
      // Another clip: one file under both labels would be a problem of its own.
      try folder.write(
        try Data(
          contentsOf: URL(fileURLWithPath: SampleClips.folder + "/real/astronaut/take2.mp4")),
        to: "in/fake/zz.mp4")
      let store = folder.path(of: "store")
      var (terminal, other): (Int32, Int32) = (-1, -1)
      try #require(openpty(&terminal, &other, nil, nil, nil) == 0)
      let screen = FileHandle(fileDescriptor: other, closeOnDealloc: true)
      let process = Process()
      process.executableURL = BuiltExecutable.extractor
      process.currentDirectoryURL = BuiltExecutable.packageFolder
      process.arguments = [
        "run", "pipelines/folders.yaml", "--input", folder.path(of: "in"), "--store", store,
        "--workers", "1", "--set", "sampling.framesPerVideo=8",
      ]
      process.standardOutput = screen
      process.standardError = screen
      try process.run()
      while process.isRunning,
        (try? FileManager.default.contentsOfDirectory(atPath: store))?
          .contains(where: { $0.hasSuffix(".mdb") }) != true
      {
        Thread.sleep(forTimeInterval: 0.02)
      }
      #expect(process.isRunning, "the terminal goes away while the job works")
      try screen.close()
      close(terminal)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
      #expect(try StoreContent(store).videos.count == 13)
    }
  }
}
