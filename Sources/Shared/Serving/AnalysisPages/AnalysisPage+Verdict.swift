internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// The answer in words and as a number, with an explanation of both.
  func verdict(_ result: AnalysisResult, _ verdict: VideoVerdict, _ notes: ModelNotes) -> Markup {
    let outcome = Outcome(verdict)
    let finding = result.finding
    let doubtful: Markup = notes.caution == nil || verdict == .cannotTell ? "" : " doubtful"
    let source: Markup =
      doubtful.isEmpty
      ? "" : "<p class=\"source\">says a model that isn’t known to be sound</p>"
    let remarks = finding.remarks.filter { $0 != notes.caution }.map { remark -> Markup in
      "<p class=\"remark\">\(ModelNotes.sentence(remark))</p>"
    }
    return """
      <section id="verdict" class="verdict \(outcome.rawValue)\(doubtful)" \
      data-verdict="\(outcome.rawValue)" aria-labelledby="verdict-word">\
      <h2 id="verdict-word">\(outcome.icon)\(outcome.word)</h2>\(source)\
      \(number(finding, result.model))\(meaning(result, verdict))\(doubts(finding.doubts))\
      \(remarks.joined())\(notes.warning)</section>
      """
  }

  private func number(_ finding: VideoFinding, _ model: ModelSummary) -> Markup {
    guard let probability = finding.probability, probability.isFinite else { return Markup() }
    return """
      <p class="number"><strong id="probability">\(PageText.chance(probability))</strong> \
      probability that it is manipulated</p>\
      \(ProbabilityScale(probability: probability, model: model).markup)
      """
  }

  private func meaning(_ result: AnalysisResult, _ verdict: VideoVerdict) -> Markup {
    let noun = result.media.kind == .picture ? "picture" : "video"
    let finding = result.finding
    guard let probability = finding.probability, probability.isFinite else { return Markup() }
    let model = result.model
    let hasBounds = model.lowerBound < model.upperBound
    switch verdict {
    case .fake:
      let texts = PageText.compared(probability, hasBounds ? model.upperBound : model.threshold)
      return """
        <p>\(texts.left) is above \(texts.right), the limit above which the model calls a \(noun) \
        manipulated. \(frequency(probability, noun))</p>
        """
    case .real:
      let texts = PageText.compared(probability, hasBounds ? model.lowerBound : model.threshold)
      return """
        <p>\(texts.left) is below \(texts.right), the limit below which the model calls a \(noun) \
        real: it found none of the traces that it knows. \(frequency(probability, noun))</p>
        """
    case .cannotTell:
      guard hasBounds else { return Markup() }
      return """
        <p>The model gives no answer from \(NumberText.percent(model.lowerBound, decimals: 0)) to \
        \(NumberText.percent(model.upperBound, decimals: 0)).</p>
        """
    }
  }

  /// The probability as a frequency, which is easier to understand.
  private func frequency(_ probability: Double, _ noun: String) -> String {
    let hundred = Int((ProbabilityScale.share(probability) * 100).rounded())
    let number =
      hundred >= 100 ? "nearly all" : hundred <= 0 ? "hardly any" : "about \(hundred)"
    return
      "Of 100 \(noun)s with this number, \(number) \(hundred == 1 ? "is" : "are") manipulated, if "
      + "they are like those that the model learned from and both kinds are equally frequent."
  }

  /// The reasons why it can't be told, with advice.
  private func doubts(_ doubts: [Doubt]) -> Markup {
    guard !doubts.isEmpty else { return Markup() }
    let items = doubts.map { doubt -> Markup in
      """
      <li data-doubt="\(doubt.code.rawValue)">\(ModelNotes.sentence(doubt.text)) \
      <span class="advice">\(Self.advice(doubt.code))</span></li>
      """
    }
    return "<h3>It can’t be told, because:</h3><ul id=\"doubts\">\(items.joined())</ul>"
  }

  private static func advice(_ code: Doubt.Code) -> String {
    switch code {
    case .noFace: "A face must be seen from the front or nearly so."
    case .facesTooRare, .tooShort: "A longer piece may help."
    case .facesTooSmall: "The original, before it was scaled down, may help."
    case .facesTooBlurred: "The original, before it was compressed, may help."
    case .facesTooDark: "A brighter recording may help."
    case .damaged: "Another copy of the file may help."
    case .betweenBounds: "The traces speak for neither answer."
    case .noNumber: "Something is wrong with the model: tell the operator of the server."
    }
  }
}
