import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// The web server, by the programs beside `Serving/server.py`, which start it and speak with it as its
  /// clients do.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  struct Serving {
    private static let python = CommandLineTool("python3")
    /// Interpreters with Playwright and axe, and with schemathesis.
    private static let browser = ProcessInfo.processInfo.environment["PYTHON_WITH_BROWSER"]
    private static let api = ProcessInfo.processInfo.environment["PYTHON_WITH_SCHEMATHESIS"]

    private func check(_ script: String, by python: URL, _ arguments: [String] = []) throws {
      let path = BuiltExecutable.packageFolder
        .appendingPathComponent("Tests/IntegrationTests/Serving/\(script)").path
      let outcome = try BuiltExecutable.run(
        [
          path, "--detector", DetectorModels.detector.path, "--model", DetectorModels.model,
          "--weights", BuiltExecutable.weights.path, "--clips", SampleClips.folder,
        ] + arguments, program: python, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
      #expect(outcome.status == 0, "\(script)")
      let lines = outcome.output.split(separator: "\n")
      for line in lines where line.hasPrefix("FAIL") { Issue.record("\(line)") }
      #expect(lines.count { $0.hasPrefix("ok") } > 0, "\(outcome.output) \(outcome.errors)")
    }

    /// What attackers and careless clients send.
    @Test(.enabled(if: python != nil, "needs python3"))
    func hostileClients() throws {
      try check("hostile.py", by: try #require(Self.python).executable)
    }

    /// Many clients at a time, processes that are killed, a full disk.
    @Test(.enabled(if: python != nil, "needs python3"))
    func loadAndDurability() throws {
      try check("load.py", by: try #require(Self.python).executable)
    }

    /// The API is what its description says.
    @Test(.enabled(if: api != nil, "needs PYTHON_WITH_SCHEMATHESIS"))
    func apiDescription() throws {
      try check("api.py", by: URL(fileURLWithPath: try #require(Self.api)))
    }

    /// What people do in a browser.
    @Test(
      .enabled(
        if: browser != nil && CommandLineTool("chromium") != nil,
        "needs PYTHON_WITH_BROWSER and chromium"))
    func inABrowser() throws {
      try withTemporaryDirectory { folder in
        try check(
          "browser.py", by: URL(fileURLWithPath: try #require(Self.browser)),
          ["--screenshots", folder.path(of: "screenshots"), "--one-face"])
      }
    }

    /// Wrong usage is said before anything is opened.
    @Test(arguments: [
      (["--host", "0.0.0.0"], "--token-file"), (["--port", "70000"], "0...65535"),
      (["--max-upload", "much"], "500MB"), (["--keep", "7"], "7d"), (["--keep", "5s"], "1m"),
      (["--time-limit", "0s"], "90s"), (["--queue", "0"], "1...100000"),
      (["--worker-memory", "1MB"], "500000000"),
    ])
    func wrongUsage(_ arguments: [String], _ said: String) throws {
      let outcome = try DetectorModels.run(["serve", "model.pt"] + arguments)
      #expect(outcome.status == 64 && outcome.errors.contains(said), "\(outcome.errors)")
    }

    /// What can't be served is a failure with a sentence, not a server that answers nothing.
    @Test func whatCannotBeServed() throws {
      try withTemporaryDirectory { folder in
        func failure(_ arguments: [String]) throws -> String {
          let outcome = try DetectorModels.run(
            ["serve", "--data", folder.path(of: "data"), "--port", "0"] + arguments)
          #expect(outcome.status == 1, "\(outcome.output)")
          return outcome.errors
        }
        #expect(try failure(["missing.pt"]).contains("missing.pt"))
        try folder.write("short\n", to: "tokens")
        let tokens = ["--token-file", folder.path(of: "tokens")]
        #expect(try failure([DetectorModels.model] + tokens).contains("16 characters"))
        #expect(
          try failure([DetectorModels.model, "--data", "/proc/data"]).contains("/proc/data"))
        #expect(
          try failure([DetectorModels.model, "--weights", folder.path(of: "none")])
            .contains("none"))
        #expect(
          try failure([DetectorModels.model, "--host", "192.0.2.1", "--insecure"])
            .contains("192.0.2.1"))
      }
    }
  }
}
