import NeuralNetwork
import Testing

@Suite struct SoftmaxTests {
  @Test func twoLogits() {
    #expect(softmaxOfTwo(0, 0) == 0.5)
    #expect(abs(softmaxOfTwo(1, 3) - 0.880_797) < 1e-6)
    #expect(softmaxOfTwo(-200, 200) == 1)
    #expect(softmaxOfTwo(200, -200) == 0)
  }
}
