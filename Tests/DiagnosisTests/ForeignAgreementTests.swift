import Contract
import Evaluation
import Foundation
import ModelFiles
import Testing

@testable import Diagnosis

/// Files of other programs, see Tests/Fixtures/foreign/make_foreign.py: every command has one
/// answer.
@Suite struct ForeignAgreementTests {
  private static var files: [String] {
    get throws {
      let folder = ChangedFile.fixture("foreign")
      return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().filter { name in
        name.contains(".")
          && ![".py", ".pyc", "versions.json", "advice.json"].contains { name.hasSuffix($0) }
          && !name.contains("-of-0000")
      }
    }
  }

  /// A file that is read holds one sound network; any other is another program's file, not a broken
  /// one.
  @Test(arguments: try ForeignAgreementTests.files)
  func oneAnswer(name: String) throws {
    let path = ChangedFile.fixture("foreign/" + name)
    let choices = NetworkFile.Choices(key: name == "generator.pth" ? "nets.discriminator" : nil)
    let file: NetworkFile
    do throws(ModelFileError) {
      file = try NetworkFile.recognize(path, choices)
    } catch {
      #expect(error.code == .foreignFile, "\(error)")
      let diagnosis = ModelDiagnosis(unreadable: error)
      #expect(diagnosis.condition == .foreignFile && diagnosis.verdict == .cannotTell)
      let asModel = #expect(throws: ModelFileError.self) { try ModelFile(contentsOf: path) }
      #expect(asModel == error)
      #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: path) }
      return
    }
    let diagnosis = ModelDiagnosis(file)
    let isPartial = name.hasPrefix("followed/list.pt")
    #expect(diagnosis.condition == (isPartial ? .repairable : .sound), "\(diagnosis.summary)")
    #expect(diagnosis.entriesExpected == 122 && diagnosis.network?.width == 1)
    try AgreementTests.expectAgreement(file)
  }

  /// Weights under any key and after any prefix; every command sees the same network.
  @Test func names() throws {
    #expect(
      try NetworkFile.recognize(ChangedFile.fixture("foreign/lightning.ckpt")).prefix == "model.")
    let parallel = try NetworkFile.recognize(ChangedFile.fixture("foreign/module-parallel.pt"))
    #expect(parallel.prefix == "module." && parallel.container == ["model"])
    let profiled = ModelDiagnosis(
      try NetworkFile.recognize(ChangedFile.fixture("foreign/profiled.pth")))
    #expect(profiled.findings.contains { $0.identifier == .profilerEntries })
    let averaged = ChangedFile.fixture("foreign/averaged.pth")
    let note = ModelDiagnosis(try NetworkFile.recognize(averaged)).findings.first {
      $0.identifier == .otherContainers
    }
    #expect(note?.advice?.contains("--key state_dict_ema") == true)
    let average = try NetworkFile.recognize(averaged, .init(key: "state_dict_ema"))
    #expect(average.container == ["state_dict_ema"])
  }
}
