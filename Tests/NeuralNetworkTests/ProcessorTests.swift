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
    #expect(Processor.kernels.name.lowercased() == expected.lowercased())
  }

  @Test func theEnvironmentPicksKernelsInAnyCase() async {
    await #expect(processExitsWith: .success) {
      setenv("DEEPFAKE_KERNELS", "PORTABLE", 1)
      exit(Processor.kernels.name == "portable" ? 0 : 1)
    }
  }

  @Test func unknownKernelsEndWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      setenv("DEEPFAKE_KERNELS", "AVX3", 1)
      _ = Processor.kernels
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let names = Processor.available.map(\.name).joined(separator: ", ")
    #expect(message.contains("DEEPFAKE_KERNELS: expected one of \(names)"))
    #expect(message.contains("got AVX3"))
  }
}
