import Foundation
import TestSupport

/// The commands of a document as one script for bash, so that variables live from block to block.
///
/// Commands are unchanged, except that the absolute paths of examples become paths in the sandbox. The script
/// records its current line, and the output of each command.
struct DocumentScript {
  /// A command that ended with another code than expected.
  struct Failure {
    let command: DocumentCommand
    let exitCode: Int32
    let output: String
  }

  /// The folders of examples at the root of the file system.
  private static let roots = "data|project"

  /// More than any document needs, also on a slow machine.
  private static let timeLimitSeconds = 240

  let commands: [DocumentCommand]
  let sandbox: TemporaryDirectory

  /// Runs the commands in their order until one fails, and gives that one.
  func run() throws -> Failure? {
    try sandbox.write("", to: "results/end")
    try sandbox.write(Self.swift, to: "bin/swift")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: sandbox.path(of: "bin/swift"))
    // With this curl fails where a server answers with an error.
    try sandbox.write("fail-with-body\n", to: ".curlrc")
    try sandbox.write(try text(), to: "results/script")
    let outcome = try BuiltExecutable.run(
      Self.isolation + [
        "timeout", "\(Self.timeLimitSeconds)", "/bin/bash", sandbox.path(of: "results/script"),
      ],
      program: URL(fileURLWithPath: "/usr/bin/env"),
      environment: [
        "HOME": sandbox.path, "SANDBOX": sandbox.path, "RESULTS": sandbox.path(of: "results"),
      ])
    let end = try String(contentsOfFile: sandbox.path(of: "results/end"), encoding: .utf8)
      .split(whereSeparator: \.isWhitespace)
    if outcome.status == 0, end.first == "done" { return nil }
    let line = end.first.flatMap { Int($0) }
    guard let command = commands.first(where: { $0.line == line }) else {
      throw DocumentExamples.Failure(
        description: "the script ended with \(outcome.status): \(outcome.output)\(outcome.errors)")
    }
    return Failure(
      command: command, exitCode: end.last.flatMap { Int32($0) } ?? outcome.status,
      output: try output(of: command))
  }

  /// What a command wrote, to standard output and standard error.
  func output(of command: DocumentCommand) throws -> String {
    let file = sandbox.path(of: "results/\(command.line)")
    guard FileManager.default.fileExists(atPath: file) else { return "" }
    return String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
  }

  private func text() throws -> String {
    try Self.beginning + commands.map(step).joined() + "document_line=done\n"
  }

  private func step(_ command: DocumentCommand) throws -> String {
    let roots = try Regex("(^|[\\s='\"@:])/(\(Self.roots))/")
    let text = command.text.replacing(roots) { match in
      "\(match.output[1].substring ?? "")\(sandbox.path)/\(match.output[2].substring ?? "")/"
    }
    let words = command.words
    let codes = DocumentRules.exitCodes(words)
    let start = "document_line=\(command.line); exec >\"$RESULTS/\(command.line)\" 2>&1\n"
    if DocumentRules.isServer(words) {
      return start + "set -m\n{ \(text)\n} &\nset +m; await_server $!\n"
    }
    if codes == [0] { return start + text + "\n" }
    let expected = codes.map { "\($0)" }.joined(separator: " ")
    return start + "set +e\n\(text)\nexpect_exit_code $? \(expected); set -e\n"
  }

  /// Reports where the script ends, and stops the servers that it started.
  private static let beginning = #"""
    set -euo pipefail
    cd "$SANDBOX"
    PATH="$SANDBOX/bin:$SANDBOX/.build/release:$PATH"
    document_line=0

    finish() {
      echo "$document_line $?" >"$RESULTS/end"
      for job in $(jobs -p); do kill -- "-$job" || true; done
      wait
    }
    trap finish EXIT

    expect_exit_code() {
      local code=$1 expected
      shift
      for expected; do [[ $code != "$expected" ]] || return 0; done
      exit "$code"
    }

    # A server says where it listens when it does.
    await_server() {
      until grep -q http:// "$RESULTS/$document_line"; do
        kill -0 "$1" || { wait "$1" || exit; exit 1; }
        sleep 0.1
      done
    }

    """#

  /// Replaces the compiler: the test's own build made the products.
  private static let swift = #"""
    #!/bin/bash
    set -euo pipefail
    case "$*" in
      "build -c release") ;;
      "build -c release --product "?*)
        [[ -x .build/release/$5 ]] || { echo "no product is called $5" >&2; exit 1; } ;;
      "build -c release --show-bin-path") echo .build/release ;;
      "run -c release "*) shift 3; exec ".build/release/$1" "${@:2}" ;;
      *) echo "swift $*: expected a build of a product in release" >&2; exit 64 ;;
    esac
    """#

  /// The beginning of a command with a network of its own, where the system allows it. Then a document's
  /// server has its port for itself, and nothing is downloaded.
  private static let isolation: [String] = {
    let command = [
      "unshare", "--map-root-user", "--net", "bash", "-c", "ip link set lo up && exec \"$@\"",
      "bash",
    ]
    let outcome = try? BuiltExecutable.run(
      command + ["true"], program: URL(fileURLWithPath: "/usr/bin/env"))
    return outcome?.status == 0 ? command : []
  }()
}
