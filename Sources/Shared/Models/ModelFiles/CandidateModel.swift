internal import Files
internal import Foundation

/// A model on its way to its place: written beside it, read back, judged, and only then renamed.
///
/// A model that is broken, or that the disk had no room for, never takes the place of a sound one, and
/// whatever happens but a crash, nothing is left beside it.
package struct CandidateModel: Sendable {
  /// What a judge thinks of the model as it was read back from its file.
  package struct Verdict<Judgement> {
    /// Whatever the judge has to say.
    package var judgement: Judgement
    /// Whether the model is fit to be published.
    package var passes: Bool
    /// Whether the file holds the model that was judged. One that doesn't is never published.
    package var isFaithful: Bool

    /// Creates a verdict.
    package init(_ judgement: Judgement, passes: Bool, isFaithful: Bool = true) {
      self.judgement = judgement
      self.passes = passes
      self.isFaithful = isFaithful
    }
  }

  /// The model.
  package let model: ModelFile
  /// Where it shall stand.
  package let target: String

  /// Describes a model that isn't written yet.
  package init(_ model: ModelFile, target: String) {
    self.model = model
    self.target = target
  }

  /// The file that is judged, beside the target.
  var candidate: String { target + ".candidate" }

  /// Writes the model beside its place, has the file judged, and puts it into its place if it passes.
  ///
  /// - Parameters:
  ///   - force: publish it even if it doesn't pass. A file that can't be read back, or that holds
  ///     something else, is not published.
  ///   - judge: gets the model as it was read back from the file.
  /// - Throws: `ModelFileError` where the file can't be written or read back, and what `judge` throws.
  ///   What stood in the target's place is untouched then.
  package func publish<Judgement>(
    force: Bool, judge: (ModelFile) throws -> Verdict<Judgement>
  ) throws -> (judgement: Judgement, isPublished: Bool) {
    defer { unlink(candidate) }
    try model.write(to: candidate)
    let verdict = try judge(ModelFile(contentsOf: candidate))
    guard verdict.isFaithful, verdict.passes || force else { return (verdict.judgement, false) }
    do throws(FileError) {
      try FileSystem.rename(candidate, to: target)
    } catch {
      throw ModelFileError(.file, subject: target, "can't write: \(error.message)")
    }
    // The file itself is synced already; where the file system can't sync a folder, that is all.
    try? FileSystem.syncFolder(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    return (verdict.judgement, true)
  }
}
