internal import Analyses
internal import AnalysisStore
internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Receives files: the body of a request as one file, or the files in a form.
struct Upload {
  let settings: ServerSettings
  let store: AnalysisStore
  let admission: Admission
  let counters: ServerCounters
  let readiness: Readiness

  /// Names of form fields that contain files.
  private static let fields: Set<String> = ["file", "video", "image"]
  /// Bytes allowed for the parts of a form that are not files.
  private static let formBytes = 64 << 10
  /// Bytes of disk space that uploads leave free.
  static let reservedBytes = 64 << 20
  /// Smallest average rate of a body; slower ones are refused after a minute.
  private static let leastBytesPerSecond = 10_000.0

  /// Receives the files of a request and queues an analysis for each.
  ///
  /// - Parameters:
  ///   - request: A form, or a file whose name is `name` in the query.
  ///   - most: Largest number of files in a form.
  /// - Throws: `Problem`; then nothing of the request is kept.
  func receive(
    _ request: Request, _ body: IncomingBody, most: Int
  ) async throws -> [Analysis] {
    guard !readiness.isStopping else {
      throw Problem(
        .serviceUnavailable, "stopping", "The server is stopping. Try again later.",
        headers: [.retryAfter: "30"])
    }
    let type = request.headers[.contentType] ?? ""
    let isForm = type.lowercased().hasPrefix("multipart/")
    let limit = settings.maximumUploadBytes
    let declared = request.headers[.contentLength].flatMap { Int($0) }
    if let declared, declared > limit * (isForm ? most : 1) + (isForm ? Self.formBytes : 0) {
      throw Problem.tooLarge(limit: limit)
    }
    if let available = store.availableBytes, available < (declared ?? 0) + Self.reservedBytes {
      throw Problem.diskFull
    }
    try await admission.enter()
    var entered = 1
    defer { for _ in 0..<entered { admission.leave() } }
    var files: [UploadedFile] = []
    do {
      if isForm {
        try await readForm(body, type, most: most, &files)
      } else {
        try await readBody(request, body, &files)
      }
      while entered < files.count {
        try await admission.enter()
        entered += 1
      }
      return try await queue(files)
    } catch {
      for file in files { store.discardIncoming(file.id) }
      throw error
    }
  }

  private func readBody(
    _ request: Request, _ body: IncomingBody, _ files: inout [UploadedFile]
  ) async throws {
    let name = try Query(request)["name"] ?? "upload"
    let file = try UploadedFile(
      DisplayName(name).text, in: store, limit: settings.maximumUploadBytes)
    files.append(file)
    var pace = Pace()
    try await body.forEach { buffer in
      try pace.check(buffer.readableBytes, least: Self.leastBytesPerSecond)
      try file.append(buffer.readableBytesSpan)
    }
  }

  private func readForm(
    _ body: IncomingBody, _ type: String, most: Int, _ files: inout [UploadedFile]
  ) async throws {
    do {
      var parser = MultipartParser(boundary: try MultipartBoundary(contentType: type))
      var pace = Pace()
      // The limit includes parts that are not files.
      var left = settings.maximumUploadBytes * most + Self.formBytes
      var current: UploadedFile?
      try await body.forEach { buffer in
        try pace.check(buffer.readableBytes, least: Self.leastBytesPerSecond)
        left -= buffer.readableBytes
        guard left >= 0 else { throw Problem.tooLarge(limit: settings.maximumUploadBytes) }
        try parser.parse(buffer.readableBytesUInt8Span) { event in
          switch event {
          case .partBegins(let part):
            current = try file(part, most: most, &files)
          case .bytes(let bytes):
            try current?.append(bytes.bytes)
          case .partEnds:
            current = nil
          }
        }
      }
      try parser.finish()
    } catch let error as MultipartError {
      throw Problem.malformed("The form can't be read: \(error.message).")
    }
  }

  /// Begins the file of a part; nil for other fields, and if the user chose no file in the browser.
  private func file(
    _ part: MultipartPart, most: Int, _ files: inout [UploadedFile]
  ) throws -> UploadedFile? {
    guard Self.fields.contains(part.name), let name = part.fileName, !name.isEmpty else {
      return nil
    }
    guard files.count < most else {
      throw Problem(
        .contentTooLarge, "too-many-files",
        "A request may have at most \(most) "
          + (most == 1 ? "file." : "files."))
    }
    let file = try UploadedFile(
      DisplayName(name).text, in: store, limit: settings.maximumUploadBytes)
    files.append(file)
    return file
  }

  /// Writes the files to the disk and queues their analyses, all or none.
  private func queue(_ files: [UploadedFile]) async throws -> [Analysis] {
    guard !files.isEmpty else {
      throw Problem.malformed(
        "There is no file: send it as the body, or as the field `file` of a form.")
    }
    guard files.allSatisfy({ $0.bytes > 0 }) else {
      throw Problem.malformed("A file has no bytes.")
    }
    var analyses: [Analysis] = []
    do {
      for file in files {
        try await file.sync()
        let now = WallClock.seconds
        let analysis = Analysis(
          id: file.id, name: file.name, bytes: file.bytes, created: now,
          expires: settings.keepSeconds.map { now + $0 })
        try await store.add(analysis)
        counters.countUpload(bytes: file.bytes)
        analyses.append(analysis)
      }
      return analyses
    } catch {
      for analysis in analyses { _ = try? await store.delete(analysis.id) }
      throw error
    }
  }

  /// The rate at which a body arrives.
  private struct Pace {
    private let start = ContinuousClock.now
    private var bytes = 0

    mutating func check(_ count: Int, least: Double) throws(Problem) {
      bytes += count
      let seconds = start.duration(to: .now) / .seconds(1)
      guard seconds > 60, Double(bytes) < seconds * least else { return }
      throw Problem(.requestTimeout, "too-slow", "The upload comes too slowly.")
    }
  }
}
