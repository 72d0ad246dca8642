import Contract
import FaceDetection
import Testing

/// Tracks on synthetic boxes.
@Suite struct FaceLinkerTests {
  private func face(_ x: Float, _ y: Float = 100, side: Float = 80, score: Float = 0.99)
    -> DetectedFace
  {
    let point = SIMD2<Float>(x, y)
    return DetectedFace(
      box: FaceBox(
        x1: x - side * 0.4, y1: y - side / 2, x2: x + side * 0.4, y2: y + side / 2), score: score,
      landmarks: FaceLandmarks(
        leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point))
  }

  private func link(_ pictures: [[DetectedFace]], _ settings: TrackSettings = TrackSettings())
    -> (tracks: [[Int]], kept: [KeptTrack])
  {
    var linker = FaceLinker(settings: settings)
    let tracks = pictures.enumerated().map { linker.link($1, index: $0) }
    return (tracks, linker.finish())
  }

  @Test func onePictureGivesItsFace() {
    let result = link([[face(50)]])
    #expect(result.tracks == [[0]])
    #expect(result.kept.map(\.provisionalTrack) == [0])
    #expect(result.kept.first?.frameCount == 1)
  }

  @Test func emptyVideoGivesNothing() {
    #expect(link([]).kept.isEmpty)
    #expect(link([[], []]).kept.isEmpty)
  }

  @Test func twoPersonsKeepTheirNumbersWhateverTheOrder() {
    let result = link([
      [face(100), face(300)], [face(305), face(104)], [face(310), face(108)],
      [face(112), face(315)],
    ])
    #expect(result.tracks == [[0, 1], [1, 0], [1, 0], [0, 1]])
  }

  @Test func crossingPersonsKeepTheirNumbers() {
    // One walks right, one left, 30 pixels per picture; they pass between pictures 4 and 5.
    let pictures = (0..<10).map { time in
      let t = Float(time)
      return [face(100 + 30 * t, 100), face(370 - 30 * t, 110)]
    }
    #expect(link(pictures).tracks == Array(repeating: [0, 1], count: 10))
  }

  @Test func faceComesBackAfterAGap() {
    let pictures = [[face(100)], [face(102)], [], [], [], [face(110)], [face(112)]]
    #expect(link(pictures).tracks == [[0], [0], [], [], [], [0], [0]])
  }

  @Test func faceThatIsGoneForLongIsANewOne() {
    let settings = TrackSettings(maximumGap: 2)
    let pictures = [[face(100)], [face(100)], [], [], [], [face(100)]]
    #expect(link(pictures, settings).tracks.last == [1])
    #expect(link(Array(pictures[...1]) + [[], [], [face(100)]], settings).tracks.last == [0])
  }

  @Test func personsEnterAndLeave() {
    let pictures =
      (0..<4).map { _ in [face(100)] } + (0..<4).map { _ in [face(100), face(400)] }
      + (0..<4).map { _ in [face(400)] }
    let result = link(pictures)
    #expect(result.tracks[5] == [0, 1])
    #expect(result.tracks[11] == [1])
    #expect(result.kept.map(\.frameCount) == [8, 8])
  }

  @Test func anotherSizeOrPlaceIsAnotherPerson() {
    #expect(link([[face(100)], [face(100, side: 300)]]).tracks == [[0], [1]])
    #expect(link([[face(100)], [face(400)]]).tracks == [[0], [1]])
  }

  @Test func trackGetsOneFaceOfAPicture() {
    #expect(link([[face(100)], [face(110), face(101)]]).tracks == [[0], [1, 0]])
  }

  @Test func shortAndUnsureTracksAreDropped() {
    // 16 pictures: a person in all, one in 2, and a poster with a low score in all.
    let pictures = (0..<16).map { time in
      [face(100), face(700, score: 0.7)] + (time < 2 ? [face(400)] : [])
    }
    let result = link(pictures)
    #expect(result.tracks[0] == [0, 1, 2])
    #expect(result.kept.map(\.provisionalTrack) == [0])
    #expect(link(pictures, TrackSettings(minimumFrames: 2)).kept.map(\.provisionalTrack) == [0, 2])
  }

  @Test func lastingTrackMayBeLessSure() {
    // 16 pictures: two faces with a score below the minimum, one in half of them, one in fewer.
    let pictures = (0..<16).map { time in
      (time < 8 ? [face(100, score: 0.85)] : []) + (time < 7 ? [face(700, score: 0.85)] : [])
    }
    #expect(link(pictures).kept.map(\.provisionalTrack) == [0])
  }

  @Test func quarterOfAShortVideoIsEnough() {
    // 8 pictures: 2 are a quarter, though the setting wants 3.
    let pictures = [[face(100)], [face(100)]] + Array(repeating: [], count: 6)
    #expect(link(pictures).kept.count == 1)
    #expect(link(pictures + Array(repeating: [], count: 4)).kept.isEmpty)
  }

  @Test func longestTracksAreKeptAndRenumbered() {
    let pictures = (0..<8).map { time in
      [face(100), face(400, side: 60)] + (time < 6 ? [] : [face(700)])
    }
    let settings = TrackSettings(minimumFrames: 1, maximumTracks: 1)
    #expect(link(pictures, settings).kept.map(\.provisionalTrack) == [0])
    let late = (0..<8).map { time in (time < 3 ? [face(700)] : []) + [face(100)] }
    let kept = link(late, settings).kept
    #expect(kept.map(\.provisionalTrack) == [1])
    #expect(kept.map(\.track) == [0])
  }

  @Test func numbersThatAreNoneDoNoHarm() {
    let broken = DetectedFace(
      box: FaceBox(x1: .nan, y1: .infinity, x2: -.infinity, y2: 0), score: .nan,
      landmarks: face(0).landmarks)
    let result = link([[broken, face(100)], [broken, face(100)]])
    #expect(result.tracks[0] == [0, 1])
    #expect(result.tracks[1][1] == 1)
  }
}
