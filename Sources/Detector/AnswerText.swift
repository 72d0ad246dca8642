import Contract
import Prediction
import Terminal

/// Answers as text for the terminal.
enum AnswerText {
  /// The answer to one input: verdict, probability of fake and path in a line, reasons below.
  ///
  /// - Parameter caution: A remark on the model to leave out, because it is printed elsewhere.
  static func lines(_ finding: VideoFinding, caution: String?, isDetailed: Bool) -> String {
    guard let verdict = finding.verdict, let video = finding.video else {
      return row("NOT READ", nil, finding.input) + "\n" + indented(finding.error ?? "")
    }
    var text = row(verdict.rawValue.uppercased(), finding.probability, finding.input)
    text += isDetailed ? "\n" + indented(seen(finding, video)) : " (\(seen(finding, video)))"
    for doubt in finding.doubts { text += "\n" + indented("It can't be told: " + doubt.text) }
    for remark in finding.remarks where remark != caution {
      text += "\n" + indented("Note: " + remark)
    }
    guard isDetailed, !finding.faces.isEmpty else { return text }
    return text + "\n\n" + faces(finding)
  }

  private static func row(_ verdict: String, _ probability: Double?, _ input: String) -> String {
    let width = 12
    return verdict.padding(to: width) + (number(probability) ?? "-").padding(to: 6) + input
  }

  private static func indented(_ text: String) -> String {
    String(repeating: " ", count: 18) + text
  }

  private static func seen(_ finding: VideoFinding, _ video: VideoFinding.Video) -> String {
    let count = finding.faces.count
    return [
      "\(video.width)x\(video.height)", video.seconds.map { TableCell.number($0, 1) + " s" },
      "\(count) face\(count == 1 ? "" : "s") in \(video.framesWithFace) of "
        + "\(video.framesLookedAt) picture\(video.framesLookedAt == 1 ? "" : "s")",
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// A table of the faces, with the times of the highest and the lowest probability.
  private static func faces(_ finding: VideoFinding) -> String {
    var table = TextTable(
      header: [
        "face", "verdict", "fake", "pictures", "seconds", "pixels", "most fake", "least fake",
      ]
    )
    for face in finding.faces {
      let seconds = face.frames.compactMap(\.seconds)
      let ordered = face.frames.sorted { ($0.probability ?? 0) < ($1.probability ?? 0) }
      table.append([
        "\(face.track + 1)", face.verdict.rawValue, number(face.probability) ?? "-",
        "\(face.frames.count)",
        seconds.first.map { "\(TableCell.number($0, 1))-\(TableCell.number(seconds.last, 1))" }
          ?? "-",
        TableCell.number(face.sizePixels, 0), moment(ordered.last), moment(ordered.first),
      ])
    }
    return table.render()
  }

  private static func moment(_ frame: VideoFinding.Frame?) -> String {
    guard let frame, let probability = number(frame.probability) else { return "-" }
    let time =
      frame.seconds.map { "at \(TableCell.number($0, 1)) s" } ?? "picture \(frame.frame + 1)"
    return "\(probability) \(time)"
  }

  private static func number(_ probability: Double?) -> String? {
    probability.map { TableCell.number($0, 2) }
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 1))
  }
}
