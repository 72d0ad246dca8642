internal import Foundation

/// The checkpoints of a run: `step-00001200.pt`, the latest few, and `best.pt`.
package struct CheckpointFolder: Sendable {
  package let path: String
  /// Number of the latest checkpoints that are kept.
  package let keep: Int

  /// Names a folder, which need not hold checkpoints.
  ///
  /// - Precondition: `keep` is positive.
  package init(_ path: String, keep: Int) {
    precondition(keep > 0, "at least one checkpoint is kept")
    self.path = path
    self.keep = keep
  }

  /// The checkpoint with the best validation.
  package var best: String { path + "/best.pt" }

  /// The checkpoint of a step.
  package func file(step: Int) -> String {
    let digits = String(step)
    return path + "/step-" + String(repeating: "0", count: max(8 - digits.count, 0)) + digits
      + ".pt"
  }

  /// Steps that have a checkpoint, ascending.
  package var steps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name -> Int? in
      guard name.hasPrefix("step-"), name.hasSuffix(".pt") else { return nil }
      let digits = name.dropFirst(5).dropLast(3)
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return Int(digits)
    }.sorted()
  }

  /// The latest checkpoint that can be read.
  ///
  /// - Parameter onDamage: gets the error of each later checkpoint that can't be read.
  /// - Returns: nil if there is no checkpoint at all.
  /// - Throws: `ModelFileError` if there are checkpoints, and none is readable.
  package func latest(
    onDamage: (ModelFileError) -> Void
  ) throws(ModelFileError) -> Checkpoint? {
    let steps = steps
    for step in steps.reversed() {
      do {
        return try Checkpoint(contentsOf: file(step: step))
      } catch {
        onDamage(error)
      }
    }
    guard steps.isEmpty else {
      throw ModelFileError(
        .file, subject: path,
        "none of the \(steps.count) checkpoints can be read; restore one from a backup, or start "
          + "again in another run folder")
    }
    return nil
  }

  /// Writes the checkpoint of its step, marks it as the best one if asked to, and removes what is
  /// older than the latest `keep`.
  package func save(_ checkpoint: Checkpoint, isBest: Bool) throws(ModelFileError) {
    let file = file(step: checkpoint.step)
    try checkpoint.write(to: file)
    if isBest { try markBest(step: checkpoint.step) }
    for step in steps.dropLast(keep) where step < checkpoint.step {
      try? FileManager.default.removeItem(atPath: self.file(step: step))
    }
  }

  /// Gives the checkpoint of a step the second name `best.pt`: creates a hard link and renames it
  /// over the old one. If a process is killed between writing the best checkpoint and naming it,
  /// the next process names it.
  package func markBest(step: Int) throws(ModelFileError) {
    let link = path + "/best.new"
    unlink(link)
    // If both names refer to the same file already, `rename` leaves both.
    defer { unlink(link) }
    guard Foundation.link(file(step: step), link) == 0, rename(link, best) == 0 else {
      throw ModelFileError(
        .file, subject: best, "can't link the best checkpoint: \(String(cString: strerror(errno)))")
    }
  }
}
