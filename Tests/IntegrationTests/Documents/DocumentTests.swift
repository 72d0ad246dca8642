import Foundation
import TestSupport
import Testing

/// What documents show is what the programs do.
@Suite struct DocumentBlocks {
  /// Each opening fence names the language, so that no command is overlooked.
  @Test(arguments: Document.all) func haveALanguage(_ document: Document) {
    let known: Set = ["sh", "text", "python", "mermaid", "yaml", "json", "csv"]
    for block in document.blocks where !known.contains(block.language) {
      Issue.record(
        """
        \(document.path):\(block.firstLine - 1): the language of the \
        block is '\(block.language)'; expected one of \(known.sorted().joined(separator: ", "))
        """)
    }
  }

  /// Each program in Python has a test, and a document shows each listed one.
  @Test func pythonIsTested() {
    var unused = DocumentRules.python
    for document in Document.all {
      for block in document.blocks where block.language == "python" {
        let text = block.text + "\n"
        let tested = DocumentRules.python.contains { text.hasPrefix($0.beginning) }
        #expect(tested, "\(document.path):\(block.firstLine): no listed test runs this program")
        unused.removeAll { text.hasPrefix($0.beginning) }
      }
    }
    #expect(unused.isEmpty, "no document shows these programs: \(unused.map(\.beginning))")
  }

  /// A document shows each command that is left out.
  @Test func leftOutCommandsAreShown() throws {
    let commands = try Document.all.flatMap(\.blocks).filter { $0.language == "sh" }
      .flatMap { try DocumentCommand.commands(of: $0) }.map(\.words)
    #expect(!commands.isEmpty)
    for entry in DocumentRules.leftOut {
      #expect(commands.contains { entry.matches($0) }, "no document shows \(entry.command)")
    }
  }

  /// The files that cover what is left out exist.
  @Test func testsOfWhatIsLeftOutAreThere() {
    let files = DocumentRules.leftOut.map(\.coveredBy) + DocumentRules.python.map(\.coveredBy)
    for file in Set(files) {
      let path = BuiltExecutable.packageFolder.appendingPathComponent(file).path
      #expect(FileManager.default.fileExists(atPath: path), "\(file) is missing")
    }
  }

  /// Fences, languages, indentation, continued lines and loops, on a page made for this test.
  @Test func blocksAndCommandsAreFound() throws {
    let page = """
      # Page

      ```sh
      # a comment
      one --option \\
        more   # why
      for word in a b; do
        echo $word
      done
      ```

      ```text
      answer
      ```

      - in a list

        ```python
        if True:
            pass
        ```
      """
    let document = try Document(path: "page.md", text: page)
    #expect(document.blocks.map(\.language) == ["sh", "text", "python"])
    #expect(document.blocks.map(\.followsBlock) == [false, true, false])
    #expect(document.blocks[2].text == "if True:\n    pass")
    let commands = try DocumentCommand.commands(of: document.blocks[0])
    #expect(commands.map(\.line) == [5, 7])
    #expect(commands[0].words == "one --option more")
    #expect(throws: Document.Unclosed.self) {
      try Document(path: "page.md", text: "```sh\none\n")
    }
  }
}

extension TrainerTests {
  /// The commands in the documents, run exactly as they are written.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  struct DocumentCommands {
    /// Runs the commands of a document in order, in a folder that looks like a checkout. Each must end with
    /// an expected exit code, and print what the document shows after its block.
    @Test(arguments: Document.withCommands) func run(_ document: Document) throws {
      let blocks = try document.blocks.map { block in
        try block.language == "sh" ? DocumentCommand.commands(of: block).filter(Self.isRun) : []
      }
      let commands = blocks.flatMap(\.self)
      try withTemporaryDirectory { sandbox in
        try DocumentExamples.fill(sandbox, without: Self.made(by: commands))
        let script = DocumentScript(commands: commands, sandbox: sandbox)
        if let failure = try script.run() {
          Issue.record(
            """
            \(document.path):\(failure.command.line): exit code \(failure.exitCode), expected \
            \(DocumentRules.exitCodes(failure.command.words))
            \(failure.command.text)
            \(Self.end(of: failure.output))
            """)
          return
        }
        for (index, block) in document.blocks.enumerated().dropFirst()
        where block.language == "text" && block.followsBlock && !blocks[index - 1].isEmpty {
          let printed = try blocks[index - 1].map(script.output).joined(separator: "\n")
          Self.expect(block, in: printed, document)
        }
      }
    }

    private static func isRun(_ command: DocumentCommand) -> Bool {
      !DocumentRules.leftOut.contains { $0.matches(command.words) }
    }

    /// The paths that commands write, relative to the sandbox.
    private static func made(by commands: [DocumentCommand]) -> Set<String> {
      Set(
        commands.flatMap { command in
          let words = command.words.split(separator: " ").map(String.init)
          let options = Set(["--run", "--output", "--onnx"])
            .union(command.words.contains("extractor run") ? ["--store"] : [])
          return zip(words, words.dropFirst()).filter { options.contains($0.0) }
            .map { String($0.1.drop { $0 == "/" }) }
        })
    }

    /// Expects that the output has lines with the same first words as the block, in the same order. Numbers
    /// and verdicts may differ; `...` in the block stands for any lines.
    private static func expect(_ block: Document.Block, in printed: String, _ document: Document) {
      var rest = printed.split(separator: "\n").map(firstWord)[...]
      for (index, line) in block.lines.enumerated() {
        let word = firstWord(line[...])
        if word.isEmpty || word == "..." { continue }
        guard let found = rest.firstIndex(of: word) else {
          Issue.record(
            """
            \(document.path):\(block.firstLine + index): no further line that is printed begins with \
            "\(word)"; the last ones are:
            \(end(of: printed))
            """)
          return
        }
        rest = rest[(found + 1)...]
      }
    }

    /// The last 20 lines.
    private static func end(of output: String) -> String {
      output.split(separator: "\n", omittingEmptySubsequences: false).suffix(20)
        .joined(separator: "\n")
    }

    private static func firstWord(_ line: Substring) -> String {
      let word = line.split(separator: " ").first.map(String.init) ?? ""
      if ["REAL", "FAKE", "CANNOT", "SOUND", "BROKEN"].contains(word) { return "VERDICT" }
      return word.replacing(/[0-9]+/, with: "0").replacing(/-+/, with: "-")
    }
  }
}
