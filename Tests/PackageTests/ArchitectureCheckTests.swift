import Foundation
import TestSupport
import Testing

/// The checker itself: each rule is broken once.
@Suite struct ArchitectureCheckTests {
  private func violations(
    _ change: (inout MadeUpPackage) throws -> Void
  ) throws -> [String] {
    try withTemporaryDirectory { folder in
      var package = try MadeUpPackage(in: folder)
      try change(&package)
      return try package.violations()
    }
  }

  @Test func aSoundPackageHasNone() throws {
    #expect(try violations { _ in } == [])
  }

  @Test func aHigherFloorIsUsed() throws {
    let found = try violations { package in
      package.change("Base") { $0.dependencies.insert("Pictures") }
      try package.append("import Pictures", to: "Sources/Shared/Platform/Base/a.swift")
    }
    #expect(found == ["Base (Platform): uses Pictures of the higher floor Media"])
  }

  @Test func aLibraryLiesOnNoFloor() throws {
    let found = try violations { package in
      try package.folder.write("", to: "Sources/Shared/Cellar/Extra/a.swift")
      package.modules.append(
        .init(name: "Extra", kind: .library, path: "Sources/Shared/Cellar/Extra"))
    }
    #expect(
      found == ["Extra: expected in Sources/Shared/<floor>, is in Sources/Shared/Cellar/Extra"])
  }

  @Test func aLibraryUsesAnExecutable() throws {
    let found = try violations { package in
      package.change("Pictures") { $0.dependencies.insert("Tool") }
      try package.append("import Tool", to: "Sources/Shared/Media/Pictures/sub/a.swift")
    }
    #expect(found == ["Pictures: a library uses Tool, which is none"])
  }

  @Test func anImportIsNotDeclared() throws {
    let found = try violations {
      try $0.append("import Base", to: "Sources/Shared/Platform/Files/a.swift")
    }
    #expect(found == ["Files: a.swift imports Base, which is not declared"])
    let tests = try violations {
      try $0.append("  import Files", to: "Tests/PicturesTests/a.swift")
    }
    #expect(tests == ["PicturesTests: a.swift imports Files, which is not declared"])
  }

  @Test func aDependencyIsNeverImported() throws {
    let found = try violations { package in
      package.change("Tool") {
        $0.dependencies.insert("Files")
        $0.products.insert("Yams")
      }
    }
    #expect(
      found == [
        "Tool: declares Files and never imports it", "Tool: declares Yams and never imports it",
      ]
    )
  }

  @Test func aCLibraryHasTwoImporters() throws {
    let found = try violations { package in
      package.change("Base") { $0.dependencies.insert("CSystem") }
      try package.append("private import CSystem", to: "Sources/Shared/Platform/Base/a.swift")
    }
    #expect(found == ["CSystem: imported by Base and Files"])
  }

  @Test func aLibraryParsesArguments() throws {
    let found = try violations { package in
      package.change("Files") { $0.products.insert("ArgumentParser") }
      try package.append("import ArgumentParser", to: "Sources/Shared/Platform/Files/a.swift")
      try package.append("throw ExitCode.failure", to: "Sources/Shared/Platform/Base/a.swift")
    }
    #expect(found == ["Base: a.swift knows ExitCode", "Files: a.swift imports ArgumentParser"])
  }

  @Test func buildsOfTheKernelsDiffer() throws {
    let link = "Sources/Shared/Media/VectorKernelsAVX2"
    let found = try violations { package in
      try FileManager.default.removeItem(atPath: package.folder.path(of: link))
      try package.folder.write("internal import CProcessor\nvar a = 1\n", to: link + "/a.swift")
      try package.folder.write("", to: link + "/b.swift")
    }
    #expect(found == ["VectorKernelsAVX2: differs from CompiledKernels in a.swift and b.swift"])
    let copied = try violations { package in
      try FileManager.default.removeItem(atPath: package.folder.path(of: link))
      try package.folder.write("internal import CProcessor\n", to: link + "/a.swift")
    }
    #expect(copied == ["VectorKernelsAVX2: expected a link to CompiledKernels, is none"])
  }

  @Test(
    arguments: [
      ("import A", ["A"]), ("  @testable import A", ["A"]),
      ("public import struct A.B\nimport C", ["A", "C"]),
      ("@preconcurrency internal import A  // why", ["A"]), ("// import A", []),
      ("let importA = 1", []),
      ("/// import A", []), ("import func A.b", ["A"]),
    ] as [(String, [String])])
  func importLines(source: String, expected: [String]) {
    #expect(PackageModel.imports(source) == expected)
  }

  @Test func floorsOfAManifest() {
    let manifest =
      "enum Floor: String {\n  case low = \"Low\"\n  case high = \"High\"\n}\nenum X {}"
    #expect(PackageModel.floors(manifest: manifest) == ["Low", "High"])
    #expect(PackageModel.floors(manifest: "enum Other {}") == [])
  }

  @Test func modulesOfADescription() throws {
    let description = """
      {"targets": [
        {"name": "A", "type": "regular", "path": "Sources/Shared/Low/A", "dependencies": [
          {"byName": ["C", null]}, {"target": ["B", {"platformNames": ["linux"]}]},
          {"product": ["Yams", "yams", null, null]}]},
        {"name": "B", "type": "executable", "dependencies": []},
        {"name": "C", "type": "system", "path": "C", "dependencies": []},
        {"name": "D", "type": "test", "dependencies": []}]}
      """
    let modules = try PackageModel.modules(described: Data(description.utf8))
    #expect(modules.map(\.kind) == [.library, .executable, .cLibrary, .test])
    #expect(modules.map(\.path) == ["Sources/Shared/Low/A", "Sources/B", "C", "Tests/D"])
    #expect(modules[0].dependencies == ["B", "C"] && modules[0].products == ["Yams"])
    #expect(modules.map(\.floor) == ["Low", nil, nil, nil])
  }
}
