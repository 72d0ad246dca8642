import Contract
import Testing

@Suite struct CalibrationTests {
  @Test func boundsDefaultToTheThreshold() {
    let calibration = Calibration(threshold: 0.3)
    #expect(calibration.lowerBound == 0.3 && calibration.upperBound == 0.3)
  }
}
