/// One setting of a program: its key, what it may be, what it means. A table of them is all that reading,
/// writing, checking and explaining a configuration needs.
///
/// ```swift
/// struct Schedule { var warmupEpochs = 0.5 }
/// let table: [Setting<Schedule>] = [
///   .number("warmupEpochs", \.warmupEpochs, in: 0...1000, "Epochs until the highest rate.")
/// ]
/// ```
package struct Setting<Root: Sendable>: Sendable {
  /// Dotted path in the section of the file, e.g. `schedule.warmupEpochs`.
  package let key: String

  /// What the value may be, and where it is kept.
  package let kind: SettingKind<Root>

  /// A sentence for people, with the unit.
  package let meaning: String

  /// Whether what comes out (crops, weights) depends on it, given all other settings.
  package private(set) var isDecisive: @Sendable (Root) -> Bool = { _ in true }

  /// When it decides, in words, where it doesn't always: `with selfBlending.share above 0`.
  package private(set) var decides = Decides.always

  /// Whether it is part of a written file: not where another setting stands for it.
  package private(set) var isWritten: @Sendable (Root) -> Bool = { _ in true }

  /// The value, as a file has it, of software that didn't know the setting; nil for settings that have
  /// always been there.
  package private(set) var absent: String?

  package init(_ key: String, _ kind: SettingKind<Root>, _ meaning: String) {
    self.key = key
    self.kind = kind
    self.meaning = meaning
  }

  // MARK: What depends on it

  /// The setting as one that nothing that comes out depends on.
  package var harmless: Setting {
    var setting = self
    setting.isDecisive = { _ in false }
    setting.decides = .never
    return setting
  }

  /// The setting as one that decides under a condition only; `words` say which.
  package func decisive(
    _ words: String, where condition: @escaping @Sendable (Root) -> Bool
  ) -> Setting {
    var setting = self
    setting.isDecisive = condition
    setting.decides = .sometimes(words)
    return setting
  }

  /// The setting as one that software before it lacked; `value`, as files have it, is what that did.
  package func absent(means value: String) -> Setting {
    var setting = self
    setting.absent = value
    return setting
  }

  /// The setting as one that is written under a condition only.
  package func written(where condition: @escaping @Sendable (Root) -> Bool) -> Setting {
    var setting = self
    setting.isWritten = condition
    return setting
  }

  // MARK: Composition

  /// The setting as one of what `Root` is a part of: `flip` of `\.augmentation` becomes
  /// `augmentation.flip`.
  package func lifted<Whole>(
    _ prefix: String, _ part: any WritableKeyPath<Whole, Root> & Sendable
  ) -> Setting<Whole> {
    var setting = Setting<Whole>("\(prefix).\(key)", kind.lifted(part), meaning)
    let (isDecisive, isWritten) = (isDecisive, isWritten)
    setting.isDecisive = { isDecisive($0[keyPath: part]) }
    setting.isWritten = { isWritten($0[keyPath: part]) }
    setting.decides = decides
    setting.absent = absent
    return setting
  }
}

/// When what comes out (crops, weights) depends on a setting.
package enum Decides: Sendable, Equatable {
  case always, never
  /// A condition in words.
  case sometimes(String)
}

/// Settings that belong together, with a title for people.
package struct SettingGroup<Root: Sendable>: Sendable {
  /// One line, e.g. `How the weights are changed`.
  package let title: String

  /// In the order of the pipeline files.
  package let settings: [Setting<Root>]

  package init(_ title: String, _ settings: [Setting<Root>]) {
    self.title = title
    self.settings = settings
  }

  /// The settings of a part of `Root`, with its name in front of the keys.
  package init<Part>(
    _ title: String, _ prefix: String, _ part: any WritableKeyPath<Root, Part> & Sendable,
    _ settings: [Setting<Part>]
  ) {
    self.init(title, settings.map { $0.lifted(prefix, part) })
  }
}

/// What two settings say against each other.
package struct SettingContradiction: Sendable, Equatable {
  /// The setting to change, in dotted form.
  package let key: String
  /// What was expected, and what to do.
  package let message: String

  package init(_ key: String, _ message: String) {
    self.key = key
    self.message = message
  }
}

/// A configuration that a table of settings describes.
package protocol SettingTable: Sendable, Equatable {
  /// All settings, in the order of the files.
  static var groups: [SettingGroup<Self>] { get }

  /// What two settings say against each other; none where it can be used.
  var contradictions: [SettingContradiction] { get }
}
