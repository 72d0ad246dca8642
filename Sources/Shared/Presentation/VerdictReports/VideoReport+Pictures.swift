internal import Contract
internal import FaceExtraction
internal import Imaging
internal import Prediction
internal import Reporting

extension VideoReport {
  /// The pictures with the strongest evidence for each answer, with heat maps.
  func pictures() throws -> ReportPage.Section? {
    guard evidence.faces.contains(where: { !$0.mostFake.isEmpty }) else { return nil }
    let decoder = try JPEGDecoder()
    let encoder = try JPEGEncoder(quality: 85, chroma: .full)
    func groups(_ items: [VideoEvidence.Item]) throws -> ReportPage.Block {
      .pictures(try items.map { try group($0, decoder, encoder) })
    }
    var blocks: [ReportPage.Block] = [
      .paragraph(
        """
        Each picture is a face as the network gets it; the one beside it shows which parts \
        decided: <b class="real">blue</b> speaks for real, <b class="fake">orange</b> for \
        manipulated; the deepest colour is the strongest of its picture. real \
        <span class="key" role="img" aria-label="blue to orange"></span> manipulated. The colours show \
        where the answer comes from, not where a manipulation is.
        """)
    ]
    for (face, found) in zip(evidence.faces, finding.faces) {
      let name = finding.faces.count > 1 ? "Face \(found.track + 1): " : ""
      if !face.mostFake.isEmpty {
        blocks.append(.paragraph("<b>\(name)Most suspicious</b>"))
        blocks.append(try groups(face.mostFake))
      }
      if !face.leastFake.isEmpty {
        blocks.append(.paragraph("<b>\(name)Least suspicious</b>"))
        blocks.append(try groups(face.leastFake))
      }
    }
    let rest = finding.faces.count - evidence.faces.count
    if rest > 0 {
      blocks.append(.note("\(VideoReportText.counted(rest, "face")) more are not shown."))
    }
    return ReportPage.Section("pictures", "The pictures that decided", blocks)
  }

  private func group(
    _ item: VideoEvidence.Item, _ decoder: JPEGDecoder, _ encoder: JPEGEncoder
  ) throws -> ReportPage.PictureGroup {
    let crop = item.crop.face
    let picture = try decoder.decode(crop.image.span.bytes)
    let time =
      crop.timestampSeconds.map { "at \(NumberText.decimals($0, 1)) s" }
      ?? "picture \(crop.frame + 1)"
    let probability = model.probability(margins: [item.crop.margin])
    let shown = NumberText.percent(probability, decimals: 0)
    func photograph(_ jpeg: [UInt8], _ description: String) -> ReportPicture {
      ReportPicture(
        jpeg: jpeg, width: picture.width, height: picture.height, description: description)
    }
    var pictures = [photograph(crop.image, "The face \(time).")]
    if let overlay = ActivationOverlay.render(item.map, over: picture) {
      pictures.append(
        photograph(
          try encoder.encode(overlay), "The same face with what the network sees \(time)."))
    }
    return ReportPage.PictureGroup(pictures, caption: "\(shown) fake, \(time)")
  }
}
