internal import Contract
internal import ModelFiles
internal import Prediction
internal import Reporting

extension VideoReport {
  /// What the model is.
  var about: ReportPage.Section {
    var table = ReportTable(["", ""])
    func row(_ name: Markup, _ value: String) { table.append([name, Markup(text: value)]) }
    let metadata = model.metadata
    let settings = metadata.provenance.settings
    let calibration = metadata.calibration
    row("File", model.path + (modelDate.map { ", written \($0)" } ?? ""))
    if let stated = metadata.verdict {
      row("Its verdict on itself", "\(stated.verdict.rawValue). \(stated.reason)")
    } else {
      row("Its verdict on itself", "none: the file is of older software")
    }
    row(
      "Network",
      "\(metadata.architecture.name) of width \(metadata.architecture.width), faces of "
        + "\(metadata.architecture.inputSize) pixels")
    row(
      "Training",
      "\(metadata.provenance.software), \(NumberText.count(metadata.provenance.step)) steps on "
        + (settings["store.samples"].flatMap { Int($0) }.map { NumberText.count($0) } ?? "unknown")
        + " faces" + (settings["store.fingerprint"].map { " (store \($0))" } ?? ""))
    row(
      "Rule",
      "\(calibration.score.rawValue) of the pictures' probabilities at temperature "
        + "\(NumberText.decimals(calibration.temperature, 2)); manipulated above "
        + NumberText.decimals(calibration.threshold, 3)
        + (calibration.lowerBound < calibration.upperBound
          ? "; no verdict from \(NumberText.decimals(calibration.lowerBound, 3)) to "
            + NumberText.decimals(calibration.upperBound, 3) : ""))
    row(
      "Faces",
      "\(model.recipe.geometry), \(model.recipe.sampling.framesPerVideo) pictures of a video"
    )
    return ReportPage.Section("model", "What the model is", [.table(table)])
  }

  /// What it can't do.
  var limits: ReportPage.Section {
    ReportPage.Section(
      "limits", "What it can't do",
      [
        .markup(
          """
          <ul><li>It looks at faces only: not at sound, text, objects or background, and not at whether \
          the scene happened.</li>\
          <li>It knows the kinds of manipulation that it was trained on, and what is like them. On other \
          kinds of video (other cameras, compression, people, newer methods) it may do much worse than \
          its numbers above, which were measured on data like that of its training.</li>\
          <li>“Real” means that it found none of the traces that it knows, not that there are none.</li>\
          <li>A probability is no proof. Of many videos with 80%, about one in five is real, if they are \
          like those of its training and both kinds are equally frequent; where manipulated videos are \
          rare, far more of those called manipulated are real.</li></ul>
          """)
      ])
  }
}
