internal import Contract
internal import ModelFiles
package import Prediction
internal import Reporting

/// Description of a model and its limits, for users.
package struct ModelFacts {
  /// Names and values, in display order.
  package private(set) var rows: [(name: String, value: String)] = []

  /// Limits of any model of this kind, in whole sentences.
  package static let limits = [
    "It looks at faces only: not at sound, text, objects or background, and not at whether the scene "
      + "happened.",
    "It knows the kinds of manipulation that it was trained on, and what is like them. On other kinds "
      + "of video (other cameras, compression, people, newer methods) it may do much worse than its "
      + "numbers above, which were measured on data like that of its training.",
    "“Real” means that it found none of the traces that it knows, not that there are none.",
    "A probability is no proof. Of many videos with 80%, about one in five is real, if they are like "
      + "those of its training and both kinds are equally frequent; where manipulated videos are rare, "
      + "far more of those called manipulated are real.",
  ]

  /// - Parameter date: Date on which the file was written; nil if unknown.
  package init(_ model: DetectorModel, date: String?) {
    let metadata = model.metadata
    let settings = metadata.provenance.settings
    let calibration = metadata.calibration
    add("File", model.path + (date.map { ", written \($0)" } ?? ""))
    if let stated = metadata.verdict {
      add("Its verdict on itself", "\(stated.verdict.rawValue). \(stated.reason)")
    } else {
      add("Its verdict on itself", "none: the file is of older software")
    }
    add(
      "Network",
      "\(metadata.architecture.name) of width \(metadata.architecture.width), faces of "
        + "\(metadata.architecture.inputSize) pixels")
    add(
      "Training",
      "\(metadata.provenance.software), \(NumberText.count(metadata.provenance.step)) steps on "
        + (settings["store.samples"].flatMap { Int($0) }.map { NumberText.count($0) } ?? "unknown")
        + " faces" + (settings["store.fingerprint"].map { " (store \($0))" } ?? ""))
    add(
      "Rule",
      "\(calibration.score.rawValue) of the pictures' probabilities at temperature "
        + "\(NumberText.decimals(calibration.temperature, 2)); manipulated above "
        + NumberText.decimals(calibration.threshold, 3)
        + (calibration.lowerBound < calibration.upperBound
          ? "; no verdict from \(NumberText.decimals(calibration.lowerBound, 3)) to "
            + NumberText.decimals(calibration.upperBound, 3) : ""))
    add(
      "Faces",
      "\(model.recipe.geometry), \(model.recipe.sampling.framesPerVideo) pictures of a video")
  }

  private mutating func add(_ name: String, _ value: String) { rows.append((name, value)) }
}
