import Testing

@testable import FaceDetection

@Suite struct NonMaximumSuppressionTests {
  private let boxes = [
    FaceBox(x1: 0, y1: 0, x2: 10, y2: 10), FaceBox(x1: 1, y1: 0, x2: 11, y2: 10),
    FaceBox(x1: 50, y1: 50, x2: 60, y2: 60), FaceBox(x1: 3, y1: 3, x2: 6, y2: 6),
  ]

  @Test func strongerOfTwoOverlappingBoxesStays() {
    // Boxes 0 and 1 share 90 of 110; box 3 lies inside both but is small.
    #expect(keptBoxes(boxes, scores: [0.8, 0.9, 0.7, 0.6], threshold: 0.5) == [1, 2, 3])
    #expect(keptBoxes(boxes, scores: [0.8, 0.9, 0.7, 0.6], threshold: 0.9) == [1, 0, 2, 3])
  }

  @Test func boxInsideAnotherGoesInTheLastStage() {
    #expect(
      keptBoxes(
        boxes, scores: [0.8, 0.9, 0.7, 0.6], threshold: 0.7, overlap: intersectionOverMinimum)
        == [1, 2])
  }

  @Test func equalScoresKeepTheirOrder() {
    #expect(keptBoxes(boxes, scores: [0.5, 0.5, 0.5, 0.5], threshold: 0.5) == [0, 2, 3])
    #expect(keptBoxes([], scores: [], threshold: 0.5) == [])
  }

  @Test func suppressedBoxSuppressesNothing() {
    // 0 overlaps 1, 1 overlaps 2, 0 hardly overlaps 2.
    let chain = [0, 4, 8].map { FaceBox(x1: $0, y1: 0, x2: $0 + 10, y2: 10) }
    #expect(keptBoxes(chain, scores: [0.9, 0.8, 0.7], threshold: 0.4) == [0, 2])
  }
}
