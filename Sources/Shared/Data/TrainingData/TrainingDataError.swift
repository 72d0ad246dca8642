internal import PrintableText

/// What went wrong between a store and a batch, on what, and what to try.
package struct TrainingDataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for decisions of a program.
  package enum Code: Sendable, Equatable {
    /// The store is missing, busy, of another format, or can't be read; `cause` is its error.
    case unreadableStore
    /// The store has no crop at all.
    case emptyStore
    /// A shard or a record contradicts itself; `cause` is the store's error if it has one.
    case damagedStore
    /// A picture can't be decoded, or isn't of the store's size.
    case damagedPicture
    /// A setting is out of bounds.
    case invalidSetting
    /// So many pictures have both labels that no split can be made.
    case contradictoryLabels
    /// A side of the split has no pictures of a class.
    case missingClass
    /// A group lies on two sides of the split: a defect of the program.
    case leak
    /// There are fewer samples than one batch has.
    case tooFewSamples
    /// The loader was stopped.
    case stopped
  }

  package var code: Code

  /// The folder, split, setting or sample that it is about.
  package var subject: String

  /// What failed, expected and got, and what to try.
  package var message: String

  /// The text of the underlying error.
  package var cause: String?

  package init(_ code: Code, subject: String, _ message: String, cause: String? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.cause = cause
  }

  /// `subject: message (cause)`.
  package var description: String {
    guard let cause else { return "\(subject): \(message)".printable }
    return "\(subject): \(message) (\(cause))".printable
  }
}

/// "1 video", "2 videos".
func counted(_ count: Int, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}
