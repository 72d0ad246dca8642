import Foundation

/// The rules of the architecture, and where a package breaks them.
struct ArchitectureCheck {
  let package: PackageModel
  /// The package's folder.
  let folder: URL

  /// C libraries that several modules may import: CProcessor is compiled into the three builds of the
  /// kernels.
  private static let sharedCLibraries: Set<String> = ["CProcessor"]

  /// What the builds of the kernels for newer processors are links to.
  private static let kernels = "CompiledKernels"
  private static let kernelBuilds = "VectorKernels"

  /// A sentence for each violation, in a fixed order.
  var violations: [String] {
    let modules = package.modules.sorted { $0.name < $1.name }
    return modules.flatMap { floorViolations($0) + importViolations($0) + libraryViolations($0) }
      + cLibraryViolations + kernelViolations
  }

  private func floorIndex(_ module: PackageModel.Module) -> Int? {
    module.floor.flatMap { package.floors.firstIndex(of: $0) }
  }

  /// A library lies on a floor, and uses its own floor and lower ones.
  private func floorViolations(_ module: PackageModel.Module) -> [String] {
    guard module.kind == .library, module.path.hasPrefix("Sources/") else { return [] }
    guard let floor = floorIndex(module) else {
      return ["\(module.name): expected in Sources/Shared/<floor>, is in \(module.path)"]
    }
    return module.dependencies.union(module.imports.keys).sorted().compactMap { name in
      guard let other = package[name] else { return nil }
      switch other.kind {
      case .executable, .test:
        return "\(module.name): a library uses \(name), which is none"
      case .library, .cLibrary:
        guard let otherFloor = floorIndex(other) else {
          return "\(module.name): uses \(name), which lies on no floor"
        }
        guard otherFloor > floor else { return nil }
        return "\(module.name) (\(package.floors[floor])): uses \(name) of the higher floor "
          + package.floors[otherFloor]
      }
    }
  }

  /// What is imported is declared, and what is declared is imported.
  private func importViolations(_ module: PackageModel.Module) -> [String] {
    let products = package.modules.reduce(into: Set<String>()) { $0.formUnion($1.products) }
    let known = products.union(package.modules.map(\.name)).subtracting([module.name])
    let declared = module.dependencies.union(module.products)
    let undeclared = module.imports.keys.filter { known.contains($0) && !declared.contains($0) }
    let unused = declared.subtracting(module.imports.keys).filter { name in
      // All tests may use the helpers, and tests want programs built that they run.
      !(module.kind == .test && (name == "TestSupport" || package[name]?.kind == .executable))
    }
    return undeclared.sorted().map {
      "\(module.name): \(module.imports[$0] ?? "") imports \($0), which is not declared"
    }
      + unused.sorted().map { "\(module.name): declares \($0) and never imports it" }
  }

  /// Only executables and what they share, on the floor of commands, know arguments and exit codes.
  private func libraryViolations(_ module: PackageModel.Module) -> [String] {
    guard module.kind == .library, module.path.hasPrefix("Sources/"),
      !module.path.hasPrefix("Sources/Shared/Commands/")
    else { return [] }
    var violations: [String] = []
    if let file = module.imports["ArgumentParser"] {
      violations.append("\(module.name): \(file) imports ArgumentParser")
    }
    for (file, text) in module.sources.sorted(by: { $0.key < $1.key })
    // The simple kind of boundary: by Unicode's rules no word ends before the point of `ExitCode.failure`.
    where text.contains(/\bExitCode\b/.wordBoundaryKind(.simple)) {
      violations.append("\(module.name): \(file) knows ExitCode")
    }
    return violations
  }

  /// A C library has one importer.
  private var cLibraryViolations: [String] {
    package.modules.filter { $0.kind == .cLibrary }.sorted { $0.name < $1.name }.compactMap {
      library in
      guard !Self.sharedCLibraries.contains(library.name) else { return nil }
      let importers = package.modules.filter { $0.imports[library.name] != nil }.map(\.name)
      guard importers.count > 1 else { return nil }
      return "\(library.name): imported by \(importers.sorted().joined(separator: " and "))"
    }
  }

  /// The builds of the kernels have the same sources.
  private var kernelViolations: [String] {
    let builds = package.modules.filter { $0.name.hasPrefix(Self.kernelBuilds) }
    return builds.sorted { $0.name < $1.name }.compactMap { build in
      let kernels = package.modules.first {
        $0.path.hasSuffix("/" + Self.kernels)
      }
      guard let kernels else { return "\(build.name): there is no \(Self.kernels)" }
      let differing = Set(build.sources.keys).union(kernels.sources.keys).sorted().filter {
        build.sources[$0] != kernels.sources[$0]
      }
      guard differing.isEmpty else {
        return "\(build.name): differs from \(Self.kernels) in "
          + differing.joined(separator: " and ")
      }
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: folder.appending(path: build.path).path)
      guard target == Self.kernels else {
        return "\(build.name): expected a link to \(Self.kernels), is \(target ?? "none")"
      }
      return nil
    }
  }
}
