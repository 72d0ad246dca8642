import Foundation
import TestSupport

/// A small package that keeps all rules, for tests to break one at a time.
struct MadeUpPackage {
  let folder: TemporaryDirectory
  var modules: [PackageModel.Module]

  /// Makes the sources.
  init(in folder: TemporaryDirectory) throws {
    self.folder = folder
    modules = [
      Self.module("CSystem", .cLibrary, "Platform", []),
      Self.module("CProcessor", .cLibrary, "Platform", []),
      Self.module("Files", .library, "Platform", ["CSystem"]),
      Self.module("Base", .library, "Platform", ["CProcessor"]),
      Self.module("Pictures", .library, "Media", ["Base", "Files"]),
      .init(
        name: "KernelsPortable", kind: .library, path: "Sources/Shared/Media/CompiledKernels",
        dependencies: ["CProcessor"]),
      Self.module("VectorKernelsAVX2", .library, "Media", ["CProcessor"]),
      .init(
        name: "Tool", kind: .executable, path: "Sources/Tool", dependencies: ["Pictures"],
        products: ["ArgumentParser"]),
      .init(name: "TestSupport", kind: .library, path: "Tests/TestSupport"),
      .init(
        name: "PicturesTests", kind: .test, path: "Tests/PicturesTests",
        dependencies: ["Pictures", "TestSupport", "Tool"]),
    ]
    try folder.write("internal import CSystem\n", to: "Sources/Shared/Platform/Files/a.swift")
    try folder.write("internal import CProcessor\n", to: "Sources/Shared/Platform/Base/a.swift")
    try folder.write(
      "public import Base\n#if os(Linux)\n  internal import struct Files.A\n#endif\n// import Tool\n",
      to: "Sources/Shared/Media/Pictures/sub/a.swift")
    try folder.write(
      "internal import CProcessor\n", to: "Sources/Shared/Media/CompiledKernels/a.swift")
    try folder.makeLink("Sources/Shared/Media/VectorKernelsAVX2", to: "CompiledKernels")
    try folder.write(
      "import ArgumentParser\nimport Foundation\nimport Pictures\nlet a = ExitCode(1)\n",
      to: "Sources/Tool/Tool.swift")
    try folder.write("import Foundation\n", to: "Tests/TestSupport/a.swift")
    try folder.write("@testable import Pictures\n", to: "Tests/PicturesTests/a.swift")
  }

  private static func module(
    _ name: String, _ kind: PackageModel.Module.Kind, _ floor: String, _ dependencies: Set<String>
  ) -> PackageModel.Module {
    .init(
      name: name, kind: kind, path: "Sources/Shared/\(floor)/\(name)", dependencies: dependencies)
  }

  /// Adds a line to a module's source.
  func append(_ line: String, to file: String) throws {
    let path = folder.path(of: file)
    try folder.write(try String(contentsOfFile: path, encoding: .utf8) + line + "\n", to: file)
  }

  /// Changes a module.
  mutating func change(_ name: String, _ body: (inout PackageModel.Module) -> Void) {
    guard let index = modules.firstIndex(where: { $0.name == name }) else { return }
    body(&modules[index])
  }

  func model() throws -> PackageModel {
    try PackageModel(folder: folder.url, floors: ["Platform", "Media", "Upper"], modules: modules)
  }

  func violations() throws -> [String] {
    ArchitectureCheck(package: try model(), folder: folder.url).violations
  }
}
