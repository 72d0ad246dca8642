internal import Contract
internal import Evaluation
package import Reporting

extension RunReport {
  /// The crops with the largest errors.
  package mutating func mistakes() -> ReportPage.Section? {
    guard run.information != nil else { return nil }
    var blocks: [ReportPage.Block] = []
    if !pictures.mistakes.isEmpty {
      let hasMaps = pictures.mistakes.contains { $0.overlay != nil }
      let legend: Markup =
        hasMaps
        ? """
         Beside each is its \(glossary.link("activation-map", "class activation map")): \
        <b class="real">blue</b> is where the network sees a real face, <b class="fake">orange</b> \
        where it sees a fake; the deepest colour is the strongest of its picture. \
        real <span class="key" role="img" aria-label="blue to orange"></span> fake.
        """ : ""
      blocks.append(
        .paragraph(
          """
          The worst crop of each of the videos with the largest errors, on the \
          \(run.decisive?.name ?? "") side.\(legend)
          """))
      blocks.append(
        .pictures(
          pictures.mistakes.map { mistake in
            let video = mistake.prediction.video
            return ReportPage.PictureGroup(
              [mistake.crop, mistake.overlay].compactMap(\.self),
              caption: """
                Truly \(video.label.markup), probability of fake \
                \(NumberText.percent(mistake.probability)). \(video.name), frame \
                \(mistake.prediction.frame)\(Markup(text: video.method.map { ", by \($0)" } ?? ""))
                """)
          }))
    }
    blocks += pictures.mistakeNotes.map { .note(Markup(text: $0)) }
    return blocks.isEmpty ? nil : ReportPage.Section("mistakes", "The worst mistakes", blocks)
  }

  /// The end of a video's name, because sixteen whole paths would fill a page.
  private static func shortName(_ name: String) -> String {
    let parts = name.split(separator: "/")
    return parts.count > 2 ? "…/" + parts.suffix(2).joined(separator: "/") : name
  }

  /// Training pictures as the network receives them.
  package func augmented() -> ReportPage.Section? {
    var blocks: [ReportPage.Block] = []
    if !pictures.augmented.isEmpty {
      blocks.append(
        .paragraph(
          """
          The first pictures of the first epoch as they went into the network, changed at random. If \
          a person can't recognise a face in them, neither can it.
          """))
      blocks.append(
        .pictures(
          pictures.augmented.map { sample in
            ReportPage.PictureGroup(
              [sample.picture], caption: "\(sample.label.markup) \(Self.shortName(sample.video))")
          }))
    }
    blocks += pictures.augmentedNotes.map { .note(Markup(text: $0)) }
    return blocks.isEmpty ? nil : ReportPage.Section("samples", "What it learned from", blocks)
  }
}
