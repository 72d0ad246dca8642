package import Analyses
internal import Contract
internal import Files
internal import Foundation
internal import GRDB

/// The analyses of a server in a folder: a SQLite database (write-ahead log, synced) of their
/// states and results, and a folder with the files of each.
///
/// An analysis exists if it has a row, which is written after the upload is complete and synced.
/// `recover` cleans up after a process that was killed.
package final class AnalysisStore: Sendable {
  /// The data folder.
  package let path: String

  private let database: DatabasePool
  /// Held until the process ends, so that two servers don't share a folder.
  private let lock: HeldLock

  private final class HeldLock: Sendable {
    private let lock: FileLock

    init(_ lock: consuming FileLock) { self.lock = lock }
  }

  /// Opens a data folder, and creates it if it is missing.
  ///
  /// - Throws: `AnalysisStoreError`.
  package init(path: String) throws {
    self.path = path
    do {
      for folder in [path, path + "/files", path + "/incoming"] {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      guard let lock = try FileLock.attempt(path + "/server.lock", .exclusive, creating: true)
      else {
        throw AnalysisStoreError(
          .inUse, "\(path): another server uses this folder; stop that one, or name another folder")
      }
      self.lock = HeldLock(lock)
      var configuration = Configuration()
      // Deleted data is private, so it is overwritten.
      configuration.prepareDatabase {
        try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
      }
      database = try DatabasePool(
        path: path + "/analyses.sqlite", configuration: configuration)
      try Self.migrate(database)
    } catch let error as AnalysisStoreError {
      throw error
    } catch {
      throw AnalysisStoreError(
        .unusable,
        "\(path): this can't be a data folder: \(error); name a folder that can be written to")
    }
  }

  private static func migrate(_ database: DatabasePool) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.create(table: "analyses") { table in
        table.primaryKey("id", .text)
        table.column("name", .text).notNull()
        table.column("bytes", .integer).notNull()
        table.column("state", .text).notNull()
        table.column("created", .double).notNull()
        table.column("started", .double)
        table.column("finished", .double)
        table.column("expires", .double)
        table.column("attempts", .integer).notNull()
        table.column("verdict", .text)
        table.column("failure", .text)
        table.column("result", .text)
        table.column("crops", .text)
      }
      try db.create(index: "analyses_by_age", on: "analyses", columns: ["created", "id"])
      try db.create(index: "analyses_by_state", on: "analyses", columns: ["state", "created"])
    }
    guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else {
      throw AnalysisStoreError(.unusable, "the database is of a newer version of this software")
    }
    try migrator.migrate(database)
  }

  // MARK: Files

  /// The folder of the files of an analysis.
  package func folder(_ id: AnalysisID) -> String { "\(path)/files/\(id)" }

  /// Path of an upload until it is complete.
  package func incoming(_ id: AnalysisID) -> String { "\(path)/incoming/\(id)" }

  /// Removes an upload that is not complete.
  package func discardIncoming(_ id: AnalysisID) {
    try? FileManager.default.removeItem(atPath: incoming(id))
  }

  /// Free disk space in bytes; nil if unknown.
  package var availableBytes: Int? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
  }

  // MARK: Changes

  /// Moves a complete and synced upload from `incoming` to its folder, and queues its analysis.
  package func add(_ analysis: Analysis) async throws(AnalysisStoreError) {
    try await perform { [self] in
      let folder = folder(analysis.id)
      let manager = FileManager.default
      try manager.createDirectory(
        atPath: folder, withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700])
      do {
        try manager.moveItem(
          atPath: incoming(analysis.id), toPath: "\(folder)/\(AnalysisFiles.upload)")
        try FileSystem.syncFolder(folder)
        try FileSystem.syncFolder(path + "/files")
        let row = try AnalysisRow(analysis)
        try await database.write { try row.insert($0) }
      } catch {
        try? manager.removeItem(atPath: folder)
        throw error
      }
    }
  }

  /// Marks the oldest queued analysis as running, and returns it; nil if none is queued.
  package func claim(at time: Double) async throws(AnalysisStoreError) -> Analysis? {
    try await perform { [database] in
      try await database.write { db in
        guard
          var row =
            try AnalysisRow
            .filter(Column("state") == Analysis.State.queued.rawValue)
            .order(Column("created"), Column("id")).fetchOne(db)
        else { return nil }
        row.state = Analysis.State.running.rawValue
        row.started = time
        row.attempts += 1
        try row.update(db)
        return row.analysis
      }
    }
  }

  /// Saves a running analysis, unless it was deleted meanwhile.
  ///
  /// - Returns: Whether the analysis still exists.
  @discardableResult
  package func update(_ analysis: Analysis) async throws(AnalysisStoreError) -> Bool {
    try await perform { [database] in
      let row = try AnalysisRow(analysis)
      return try await database.write { db in
        guard try row.exists(db) else { return false }
        try row.update(db)
        return true
      }
    }
  }

  /// Deletes an analysis and its files.
  ///
  /// - Returns: Whether it existed.
  package func delete(_ id: AnalysisID) async throws(AnalysisStoreError) -> Bool {
    try await perform { [self] in
      // Files first: on a full disk, that frees the space that the database needs.
      try? FileManager.default.removeItem(atPath: folder(id))
      return try await database.write { try AnalysisRow.deleteOne($0, key: id.description) }
    }
  }

  /// Removes files in the folder of an analysis that was deleted.
  package func removeOrphanedFiles(_ id: AnalysisID) async {
    guard FileManager.default.fileExists(atPath: folder(id)) else { return }
    let isKnown = try? await database.read { try AnalysisRow.exists($0, key: id.description) }
    if isKnown == false { try? FileManager.default.removeItem(atPath: folder(id)) }
  }

  /// Ended analyses whose expiry time has passed.
  package func expired(at time: Double) async throws(AnalysisStoreError) -> [AnalysisID] {
    try await perform { [database] in
      try await database.read { db in
        try String.fetchAll(
          db, sql: "SELECT id FROM analyses WHERE expires < ? AND state IN ('done', 'failed')",
          arguments: [time]
        ).compactMap { AnalysisID($0) }
      }
    }
  }

  /// Cleans up after a process that was killed: running analyses are queued again, and incomplete
  /// uploads and files without an analysis are removed.
  ///
  /// - Returns: Number of analyses that were queued again.
  package func recover() async throws(AnalysisStoreError) -> Int {
    try await perform { [self] in
      let manager = FileManager.default
      for name in try manager.contentsOfDirectory(atPath: path + "/incoming") {
        try manager.removeItem(atPath: path + "/incoming/" + name)
      }
      let (count, known) = try await database.write { db -> (Int, Set<String>) in
        // The attempt doesn't count, because the file isn't the cause.
        try db.execute(
          sql: """
            UPDATE analyses SET state = 'queued', attempts = MAX(attempts - 1, 0)
            WHERE state = 'running'
            """)
        let count = db.changesCount
        // The process that made the preview is gone.
        for row in try AnalysisRow.filter(
          Column("state") == Analysis.State.done.rawValue
            && Column("result").like("%\"preview\":\"making\"%")
        ).fetchAll(db) {
          guard var analysis = row.analysis, analysis.result?.media.preview == .making else {
            continue
          }
          analysis.result?.media.preview = .failed
          try AnalysisRow(analysis).update(db)
        }
        return (count, try String.fetchSet(db, sql: "SELECT id FROM analyses"))
      }
      for name in try manager.contentsOfDirectory(atPath: path + "/files")
      where !known.contains(name) {
        try manager.removeItem(atPath: path + "/files/" + name)
      }
      return count
    }
  }

  // MARK: Questions

  /// An analysis with its crops; nil if it doesn't exist.
  package func analysis(_ id: AnalysisID) async throws(AnalysisStoreError) -> Analysis? {
    try await perform { [database] in
      try await database.read { try AnalysisRow.fetchOne($0, key: id.description)?.analysis }
    }
  }

  /// Number of analyses in each state.
  package func counts() async throws(AnalysisStoreError) -> [Analysis.State: Int] {
    try await perform { [database] in
      try await database.read { db in
        let rows = try Row.fetchAll(
          db, sql: "SELECT state, COUNT(*) AS count FROM analyses GROUP BY state")
        return rows.reduce(into: [:]) { counts, row in
          if let state = Analysis.State(rawValue: row["state"]) { counts[state] = row["count"] }
        }
      }
    }
  }

  /// Position of a queued analysis in the queue; 1 is the next one.
  package func position(of analysis: Analysis) async throws(AnalysisStoreError) -> Int {
    try await perform { [database] in
      try await database.read { db in
        try Int.fetchOne(
          db,
          sql: """
            SELECT COUNT(*) + 1 FROM analyses
            WHERE state = 'queued' AND (created, id) < (?, ?)
            """, arguments: [analysis.created, analysis.id.description]) ?? 1
      }
    }
  }

  /// Returns analyses without their crops, the newest first.
  package func search(_ query: AnalysisQuery) async throws(AnalysisStoreError) -> [Analysis] {
    try await perform { [database] in
      try await database.read { db in
        var request = AnalysisRow.select(AnalysisRow.short)
          .order(Column("created").desc, Column("id").desc).limit(query.limit)
        for word in query.words {
          request = request.filter(Column("name").like("%\(word)%", escape: "\\"))
        }
        if let verdict = query.verdict {
          request = request.filter(Column("verdict") == verdict.rawValue)
        }
        if let state = query.state { request = request.filter(Column("state") == state.rawValue) }
        if let before = query.before {
          request = request.filter(
            sql: "(created, id) < (?, ?)", arguments: [before.created, before.id.description])
        }
        return try request.fetchAll(db).compactMap(\.analysis)
      }
    }
  }

  /// Converts errors of the database and of the disk.
  private func perform<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
  ) async throws(AnalysisStoreError) -> Result {
    do {
      return try await body()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
      throw AnalysisStoreError(.diskFull, "\(path): the disk is full")
    } catch let error as FileError where error.code == .noSpace {
      throw AnalysisStoreError(.diskFull, "\(path): the disk is full")
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw AnalysisStoreError(.diskFull, "\(path): the disk is full")
    } catch {
      throw AnalysisStoreError(.failed, "\(path): \(error)")
    }
  }
}
