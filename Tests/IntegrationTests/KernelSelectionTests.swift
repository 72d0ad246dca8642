import Foundation
import Testing

/// Kernels that the environment names are checked before any work begins.
@Suite struct KernelSelectionTests {
  @Test(arguments: ["trainer", "extractor"], ["DEEPFAKE_KERNELS", "DEEPFAKE_CONVOLUTIONS"])
  func unknownKernelsAreWrongUsage(name: String, variable: String) throws {
    let program = BuiltExecutable.extractor.deletingLastPathComponent().appendingPathComponent(name)
    let outcome = try BuiltExecutable.run(
      ["\(variable)=foo", program.path, "--version"], program: URL(fileURLWithPath: "/usr/bin/env"))
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains("Error: \(variable): expected "))
    #expect(outcome.errors.contains(", got foo\n"))
    let known = try BuiltExecutable.run(
      ["\(variable)=", program.path, "--version"], program: URL(fileURLWithPath: "/usr/bin/env"))
    #expect(known.status == 0, "\(known.errors)")
  }
}
