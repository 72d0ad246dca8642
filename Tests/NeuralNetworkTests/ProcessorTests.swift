import Foundation
import Testing

@testable import Kernels
@testable import NeuralNetwork

@Suite struct ProcessorTests {
  @Test func thePortableKernelsAreTheLastChoice() {
    let names = Processor.available.map(\.name)
    #expect(names.last == "portable")
    #expect(Set(names).count == names.count)
    #expect(names == ["AVX-512", "AVX2", "portable"].filter { names.contains($0) })
    for kernels in Processor.available {
      #expect(kernels.lanes == (kernels.name == "AVX-512" ? 16 : 8))
    }
  }

  @Test func theFastestKernelsAreUsedUnlessOthersAreNamed() {
    let named = ProcessInfo.processInfo.environment["DEEPFAKE_KERNELS"] ?? ""
    let expected = named.isEmpty ? Processor.available[0].name : named
    #expect(Processor.selected.name.lowercased() == expected.lowercased())
  }

  @Test func theEnvironmentPicksKernelsInAnyCase() async {
    await #expect(processExitsWith: .success) {
      setenv("DEEPFAKE_KERNELS", "PORTABLE", 1)
      try Processor.checkEnvironment()
      exit(Processor.selected.name == "portable" ? 0 : 1)
    }
  }

  @Test func unknownKernelsOfTheEnvironmentAreAnError() async {
    await #expect(processExitsWith: .success) {
      setenv("DEEPFAKE_KERNELS", "AVX3", 1)
      #expect(throws: KernelSelectionError.self) { try Processor.checkEnvironment() }
    }
  }

  @Test func namesAreChecked() throws {
    for kernels in Processor.available {
      #expect(try Processor.kernels(named: kernels.name.lowercased()).name == kernels.name)
    }
    #expect(try Processor.kernels(named: "").name == Processor.available[0].name)
    #expect(try Processor.kernels(named: "portable", convolutions: "direct").name == "portable")
    let names = Processor.available.map(\.name).joined(separator: ", ")
    let unknown = #expect(throws: KernelSelectionError.self) {
      try Processor.kernels(named: "AVX3")
    }
    #expect(
      unknown?.description
        == "DEEPFAKE_KERNELS: expected one of \(names), which are what this processor runs, got AVX3"
    )
    let convolutions = #expect(throws: KernelSelectionError.self) {
      try Processor.kernels(named: "", convolutions: "fast")
    }
    #expect(
      convolutions?.description == "DEEPFAKE_CONVOLUTIONS: expected direct or nothing, got fast")
  }
}
