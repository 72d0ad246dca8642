internal import Files
internal import Foundation

/// A model that is being published: written beside its target, read back, judged, and only then
/// renamed to the target.
///
/// A broken model, or one that the disk has no room for, never replaces a sound one. Unless the
/// process crashes, no file is left beside the target.
package struct CandidateModel: Sendable {
  /// A judge's answer to the model as it was read back from its file.
  package struct Verdict<Judgement> {
    /// The judge's own result.
    package var judgement: Judgement
    /// Whether the model may be published.
    package var passes: Bool
    /// Whether the file holds the model that was judged. One that doesn't is never published.
    package var isFaithful: Bool

    package init(_ judgement: Judgement, passes: Bool, isFaithful: Bool = true) {
      self.judgement = judgement
      self.passes = passes
      self.isFaithful = isFaithful
    }
  }

  package let model: ModelFile
  /// The path at which the model is published.
  package let target: String

  package init(_ model: ModelFile, target: String) {
    self.model = model
    self.target = target
  }

  /// The file that is judged, beside the target.
  var candidate: String { target + ".candidate" }

  /// Writes the model beside the target, has the file judged, and renames it to the target if it
  /// passes.
  ///
  /// - Parameters:
  ///   - force: publish it even if it doesn't pass. A file that can't be read back, or that holds
  ///     something else, is not published.
  ///   - judge: gets the model as it was read back from the file.
  /// - Throws: `ModelFileError` if the file can't be written or read back, and what `judge` throws.
  ///   The target is unchanged then.
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
    // The file itself is synced already; some file systems can't sync a folder.
    try? FileSystem.syncFolder(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    return (verdict.judgement, true)
  }
}
