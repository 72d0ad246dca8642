import Contract
import Foundation
import ModelFiles
import ONNXFiles
import TestSupport
import Testing

/// docs/onnx.md: its table lists every key, and its program works.
@Suite struct PageTests {
  private func page() throws -> String {
    try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/onnx.md"), encoding: .utf8)
  }

  @Test func everyKeyIsListed() throws {
    let rows = try page().matches(of: /(?m)^\| `([\w.]+)` \|/).map { String($0.1) }
    #expect(rows == ONNXMetadataKey.allCases.map(\.rawValue) + [ModelMetadata.recordName])
  }

  /// The program on the page gives the product's probabilities and verdict.
  @Test(.enabled(if: PythonWithONNX.isThere, "needs PYTHON_WITH_ONNX"))
  func theProgramWorks() throws {
    let code = try #require(try page().firstMatch(of: /(?s)```python\n(.*?)```/)?.1)
    try withTemporaryDirectory { folder in
      try folder.write(String(code), to: "judge.py")
      let model = ONNXFixture.model()
      try ONNXFile(model, folds: false, producer: ONNXFixture.producer)
        .write(to: folder.path(of: "model.onnx"))
      var (pictures, names): ([Float], [String]) = ([], [])
      for index in 0..<3 {
        let bytes = pseudoRandom(3 * 32 * 32, seed: UInt64(index)).map { UInt8(128 + 127 * $0) }
        names.append(folder.path(of: "crop\(index).ppm"))
        try folder.write(Data("P6 32 32 255\n".utf8) + Data(bytes), to: "crop\(index).ppm")
        for channel in 0..<3 {
          let (mean, deviation) = (
            model.metadata.normalization.mean[channel],
            model.metadata.normalization.standardDeviation[channel]
          )
          pictures += stride(from: channel, to: bytes.count, by: 3).map {
            (Float(bytes[$0]) / 255 - mean) / deviation
          }
        }
      }
      let logits = ONNXFixture.logits(model.state, pictures, count: 3)
      let probabilities = (0..<3).map { crop -> Double in
        let margin = Double(logits[2 * crop + 1] - logits[2 * crop])
        return 1 / (1 + exp(-margin / 1.25))
      }
      let output = try PythonWithONNX.run(
        folder.path(of: "judge.py"), [folder.path(of: "model.onnx")] + names)
      let lines = output.split(separator: "\n").map(String.init)
      #expect(lines.count == 4)
      for (line, (name, probability)) in zip(lines, zip(names, probabilities)) {
        let number = try #require(line.split(separator: " ").last.flatMap { Double($0) })
        #expect(line.hasPrefix(name) && abs(number - probability) < 1e-3, "\(line)")
      }
      let mean = probabilities.reduce(0, +) / 3
      let verdict = mean > 0.75 ? "fake" : mean < 0.31 ? "real" : "cannot tell"
      #expect(lines.last?.hasPrefix("video: \(verdict)") == true, "\(output)")
      // Probabilities that are all alike would be right whatever the pictures are.
      #expect((probabilities.max() ?? 0) - (probabilities.min() ?? 0) > 0.01, "\(probabilities)")
    }
  }
}
