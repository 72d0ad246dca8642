import FaceDetection
import Testing

@Suite struct FaceLinkerTests {
  private func face(_ x: Float, _ y: Float = 100, side: Float = 60, score: Float = 0.99)
    -> DetectedFace
  {
    let zero = SIMD2<Float>(0, 0)
    return DetectedFace(
      box: FaceBox(x1: x, y1: y, x2: x + side, y2: y + side), score: score,
      landmarks: FaceLandmarks(
        leftEye: zero, rightEye: zero, nose: zero, leftMouth: zero, rightMouth: zero))
  }

  /// Links pictures one after the other; the provisional tracks of each.
  private func link(_ linker: inout FaceLinker, _ pictures: [[DetectedFace]]) -> [[Int]] {
    pictures.enumerated().map { linker.link($1, index: $0) }
  }

  @Test func peopleWhoCrossKeepTheirTracks() {
    var linker = FaceLinker()
    let pictures = (0..<11).map { step in
      [face(Float(step) * 30), face(300 - Float(step) * 30, 120)]
    }
    for tracks in link(&linker, pictures) { #expect(tracks == [0, 1]) }
    #expect(linker.finish().map(\.frameCount) == [11, 11])
  }

  @Test func theOrderOfFacesMakesNoDifference() {
    var linker = FaceLinker()
    let pictures = (0..<8).map { step in
      step % 2 == 0 ? [face(0), face(300)] : [face(300), face(0)]
    }
    let tracks = link(&linker, pictures)
    for (step, numbers) in tracks.enumerated() {
      #expect(numbers == (step % 2 == 0 ? [0, 1] : [1, 0]))
    }
  }

  @Test func aShortGapIsBridgedAndALongOneIsNot() {
    var short = FaceLinker(settings: TrackSettings(maximumGap: 3))
    let seen = Array(repeating: [face(0)], count: 3)
    let nothing: [[DetectedFace]] = Array(repeating: [], count: 3)
    #expect(link(&short, seen + nothing + seen).last == [0])
    var long = FaceLinker(settings: TrackSettings(maximumGap: 3))
    #expect(link(&long, seen + nothing + [[]] + seen).last == [1])
  }

  @Test func anotherSizeAtTheSamePlaceIsAnotherPerson() {
    var linker = FaceLinker()
    #expect(link(&linker, [[face(0, side: 60)], [face(0, side: 150)]]) == [[0], [1]])
  }

  @Test func shortAndUncertainTracksAreDroppedAndTheRestRenumbered() {
    var linker = FaceLinker(settings: TrackSettings(minimumFrames: 3, minimumScore: 0.9))
    let pictures = (0..<16).map { step -> [DetectedFace] in
      var faces: [DetectedFace] = []
      if step < 2 { faces.append(face(0)) }
      if step < 5 { faces.append(face(300, score: 0.85)) }
      faces.append(face(600))
      // Uncertain, but there all the time.
      faces.append(face(900, score: 0.85))
      return faces
    }
    _ = link(&linker, pictures)
    let kept = linker.finish()
    #expect(kept.map(\.track) == [0, 1])
    #expect(kept.map(\.frameCount) == [16, 16])
    #expect(kept.map(\.provisionalTrack) == [2, 3])
  }

  @Test func theFaceOfAOnePictureVideoCounts() {
    var linker = FaceLinker(settings: TrackSettings(minimumFrames: 3))
    _ = link(&linker, [[face(0)]])
    #expect(linker.finish().map(\.frameCount) == [1])
  }

  @Test func theLargestAndLongestTracksAreKept() {
    var linker = FaceLinker(settings: TrackSettings(maximumTracks: 1))
    _ = link(&linker, Array(repeating: [face(0, side: 40), face(300, side: 90)], count: 6))
    #expect(linker.finish().map(\.provisionalTrack) == [1])
    #expect(linker.finish().map(\.track) == [0])
  }
}
