import Foundation

/// A package as far as its architecture is concerned: its targets, and what their sources import.
struct PackageModel {
  /// A target.
  struct Module {
    enum Kind: Equatable {
      case library, executable, cLibrary, test
    }

    let name: String
    var kind: Kind
    /// The folder, relative to the package's.
    let path: String
    /// Targets of the package that it declares as dependencies.
    var dependencies: Set<String> = []
    /// Modules of other packages that it declares as dependencies.
    var products: Set<String> = []
    /// What its sources import, system libraries included, and the first file that does.
    var imports: [String: String] = [:]
    /// Its source files, relative to its folder, and their text.
    var sources: [String: String] = [:]

    /// The floor that its folder says: of a library at `Sources/Shared/<floor>/<name>`.
    var floor: String? {
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count == 4, parts[0] == "Sources", parts[1] == "Shared" else { return nil }
      return parts[2]
    }
  }

  /// Floors, lowest first.
  let floors: [String]
  let modules: [Module]

  subscript(name: String) -> Module? { modules.first { $0.name == name } }

  /// Reads the sources of modules whose imports are not known yet.
  init(folder: URL, floors: [String], modules: [Module]) throws {
    self.floors = floors
    self.modules = try modules.map { module in
      var module = module
      guard module.kind != .cLibrary else { return module }
      let path = folder.appending(path: module.path)
      module.sources = try Self.sources(path)
      if module.kind == .library, module.sources.isEmpty, try Self.hasCSources(path) {
        module.kind = .cLibrary
      }
      for (file, text) in module.sources.sorted(by: { $0.key < $1.key }) {
        for name in Self.imports(text) where module.imports[name] == nil {
          module.imports[name] = file
        }
      }
      return module
    }
  }

  /// All Swift files below a folder, which may be a link.
  private static func sources(_ folder: URL) throws -> [String: String] {
    let root = folder.resolvingSymlinksInPath().path
    var sources: [String: String] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: root)
    where file.hasSuffix(".swift") {
      sources[file] = try String(contentsOfFile: root + "/" + file, encoding: .utf8)
    }
    return sources
  }

  /// Whether a folder holds C, which the package manager calls a library as any other.
  private static func hasCSources(_ folder: URL) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasSuffix(".c") }
  }

  /// The modules that a source imports, whether conditionally or not.
  static func imports(_ source: String) -> [String] {
    let line =
      /^\s*(?:@\w+\s+|(?:public|package|internal|private|fileprivate)\s+)*import\s+(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(\w+)/
    return source.split(separator: "\n").compactMap { text in
      text.firstMatch(of: line).map { String($0.1) }
    }
  }
}

// MARK: This package

extension PackageModel {
  /// The folder of this package.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// This package, as `swift package dump-package` and its sources describe it.
  static func current() throws -> PackageModel {
    let manifest = try String(contentsOf: folder.appending(path: "Package.swift"), encoding: .utf8)
    return try PackageModel(
      folder: folder, floors: floors(manifest: manifest), modules: modules(described: dump()))
  }

  /// The cases of `enum Floor` in the manifest.
  static func floors(manifest: String) -> [String] {
    guard let body = manifest.firstMatch(of: /enum Floor: String \{([^}]*)\}/)?.1 else { return [] }
    return body.matches(of: /case \w+ = "(\w+)"/).map { String($0.1) }
  }

  /// What the package manager says of the manifest. With a scratch folder of its own it does not wait
  /// for the lock that the running test holds.
  private static func dump() throws -> Data {
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", folder.path, "--scratch-path", scratch.path,
      "dump-package",
    ]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  /// The targets of a description in the form of `swift package dump-package`.
  static func modules(described data: Data) throws -> [Module] {
    /// A text; nil for anything else, such as a condition.
    struct Text: Decodable {
      let text: String?

      init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
      }
    }

    struct Description: Decodable {
      struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        /// Of each the kind, and under it the name, the package and the condition.
        let dependencies: [[String: [Text?]]]
      }

      let targets: [Target]
    }

    let targets = try JSONDecoder().decode(Description.self, from: data).targets
    let own = Set(targets.map(\.name))
    return targets.map { target in
      let kind: Module.Kind =
        switch target.type {
        case "system": .cLibrary
        case "test": .test
        case "executable": .executable
        default: .library
        }
      let folder = kind == .test ? "Tests" : "Sources"
      let names = target.dependencies.flatMap(\.values).compactMap { $0.first??.text }
      return Module(
        name: target.name, kind: kind, path: target.path ?? "\(folder)/\(target.name)",
        dependencies: own.intersection(names), products: Set(names).subtracting(own))
    }
  }
}
