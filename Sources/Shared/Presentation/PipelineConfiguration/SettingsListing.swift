internal import PrintableText
internal import Settings
internal import Terminal

/// All settings of a section of the pipeline files, for people: what each may be, is and means.
package struct SettingsListing<Section: PipelineSection> {
  /// Settings of one group.
  private struct Group {
    let title: String
    let settings: [Setting<Section>]
  }

  private let groups: [Group]

  /// All settings.
  package init() {
    groups = Section.groups.map { Group(title: $0.title, settings: $0.settings) }
  }

  /// The settings that have `word` in their key, or in what they mean.
  package init(matching word: String) throws(ConfigurationError) {
    let sought = word.lowercased()
    let found = Self().groups.map { group in
      Group(
        title: group.title,
        settings: group.settings.filter {
          $0.key.lowercased().contains(sought) || $0.meaning.lowercased().contains(sought)
        })
    }
    groups = found.filter { !$0.settings.isEmpty }
    guard groups.isEmpty else { return }
    let keys = Section.groups.flatMap(\.settings).map(\.key)
    let words = keys + keys.compactMap { $0.split(separator: ".").last.map(String.init) }
    let near = suggestion(for: word, among: words).map { "; did you mean '\($0)'?" } ?? ""
    throw ConfigurationError(
      .unknownKey, at: .argument("settings"),
      "no setting of '\(Section.sectionName)' has \(displayed(word)) in its key or its meaning\(near)"
    )
  }

  /// The listing for a terminal.
  package func text(width: Int = 100) -> String {
    groups.map { group in
      let settings = group.settings.map { setting in
        let explanation = "\(setting.meaning) \(setting.expected.capitalizedFirst)."
        return "  \(setting.key): \(shownDefault(setting))\n"
          + explanation.wrapped(width: width, indent: "      ")
      }
      return "\(group.title)\n\n" + settings.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// The listing as a part of a Markdown page, with headings of the second level.
  package var markdown: String {
    groups.map { group in
      let rows = group.settings.map { setting in
        let cells = [
          "`\(setting.key)`", "`\(shownDefault(setting))`", setting.expected, decides(setting),
          setting.meaning,
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
      }
      return
        "### \(group.title)\n\n| setting | default | may be | fixed | meaning |\n|---|---|---|---|---|\n"
        + rows.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private func shownDefault(_ setting: Setting<Section>) -> String {
    if case .choice(_, _, isRequired: true) = setting.kind { return "required" }
    return setting.yaml(of: Section.standard)
  }

  /// Whether the setting must stay as it is when work goes on.
  private func decides(_ setting: Setting<Section>) -> String {
    switch setting.decides {
    case .always: "yes"
    case .never: "no"
    case .sometimes(let words): words
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
