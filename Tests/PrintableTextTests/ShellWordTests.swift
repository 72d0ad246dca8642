import Foundation
import PrintableText
import Testing

@Suite struct ShellWordTests {
  @Test func plainWordsStay() {
    #expect("/data/a-b_c.mp4".shellWord == "/data/a-b_c.mp4")
    #expect("csv.label=target".shellWord == "csv.label=target")
  }

  /// A shell returns the original text.
  @Test(arguments: [
    "", "a b", "it's", "''", "$HOME", "`id`", "a;b", "a\nb", "*", "~", "!x", "\\", "\"", "#", "ä",
    "-n", "a'b'c", "&& true",
  ])
  func aShellReadsItBack(_ text: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf %s " + (text == "-n" ? "./" : "") + text.shellWord]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(String(decoding: data, as: UTF8.self) == (text == "-n" ? "./" : "") + text)
  }
}
