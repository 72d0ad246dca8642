internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// Largest number of crops of a face that are shown for each answer.
  private static let mostPictures = 3

  private struct Item {
    /// Index in the result's crops, which is in the picture's address.
    var index: Int
    var crop: AnalysisResult.Crop
    var probability: Double
  }

  /// The crops with the strongest evidence for each answer, with their heat maps.
  func pictures(_ result: AnalysisResult) -> Markup {
    let faces = result.finding.faces
    let groups = faces.prefix(Self.mostFaces).map { face -> Markup in
      pictures(of: face, result, isOnly: faces.count == 1)
    }
    guard groups.contains(where: { !$0.isEmpty }) else { return Markup() }
    let rest = faces.count - Self.mostFaces
    let more: Markup =
      rest > 0 ? "<p class=\"hint\">\(PageText.counted(rest, "face")) more are not shown.</p>" : ""
    let hasHeat = result.crops.contains { $0.heat != nil }
    let explanation: Markup =
      hasHeat
      ? """
      <p>Each face as the network gets it; the picture beside it shows which parts decided: blue \
      speaks for real, orange for manipulated. The colours show where the answer comes from, not \
      where a manipulation is.</p>\(Self.heatKey)
      """ : "<p>Each face as the network gets it.</p>"
    return """
      <section id="pictures" aria-labelledby="pictures-title">\
      <h2 id="pictures-title">The faces that decided</h2>\(explanation)\(groups.joined())\(more)\
      </section>
      """
  }

  private func pictures(
    of face: VideoFinding.Face, _ result: AnalysisResult, isOnly: Bool
  ) -> Markup {
    let items = result.crops.enumerated().compactMap { index, crop -> Item? in
      guard crop.track == face.track, let probability = crop.probability, probability.isFinite
      else {
        return nil
      }
      return Item(index: index, crop: crop, probability: probability)
    }.sorted { $0.probability > $1.probability }
    guard !items.isEmpty else { return Markup() }
    let high = items.prefix(Self.mostPictures)
    // No crop is shown for both answers.
    let low = items.dropFirst(high.count).suffix(Self.mostPictures).reversed()
    let name = isOnly ? "" : "Face \(PageText.ordinal(face.track)): "
    let isPicture = result.media.kind == .picture
    let isReady = result.media.preview == .ready
    func row(_ title: String, _ items: some Sequence<Item>) -> Markup {
      let figures = items.map { figure($0, isPicture: isPicture, isReady: isReady) }
      guard !figures.isEmpty else { return Markup() }
      return "<h3>\(name)\(title)</h3><div class=\"crops\">\(figures.joined())</div>"
    }
    return isPicture
      ? row(isOnly ? "The face" : "the face", high)
      : row(isOnly ? "Most suspicious" : "most suspicious", high)
        + row(isOnly ? "Least suspicious" : "least suspicious", low)
  }

  private func figure(_ item: Item, isPicture: Bool, isReady: Bool) -> Markup {
    let address = "/api/analyses/\(id)/frames/\(item.index).jpg"
    let time =
      item.crop.seconds.map { PageText.moment($0) }
      ?? "picture \(PageText.ordinal(item.crop.frame))"
    let side = min(max(item.crop.side, 1), 4096)
    func image(_ address: String, _ description: String) -> Markup {
      """
      <img src="\(address)" width="\(side)" height="\(side)" loading="lazy" alt="\(description)"/>
      """
    }
    let heat: Markup =
      item.crop.heat == nil
      ? "" : image(address + "?heat=1", "What the network saw in it, as colours over the same face")
    let at: Markup
    if isPicture {
      at = ""
    } else if isReady, let seconds = item.crop.seconds, seconds.isFinite, seconds >= 0 {
      let text = NumberText.decimals(seconds, 3)
      at = """
         <a class="at" href="/api/analyses/\(id)/video#t=\(text)" data-seconds="\(text)">at \(time)</a>
        """
    } else {
      at = " <span class=\"at\">\(time)</span>"
    }
    return """
      <figure><div class="pair">\(image(address, isPicture ? "The face" : "The face at \(time)"))\
      \(heat)</div>\
      <figcaption><strong>\(PageText.chance(item.probability))</strong>\(at)</figcaption></figure>
      """
  }
}
