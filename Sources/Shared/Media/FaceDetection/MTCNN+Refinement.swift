internal import Contract
internal import Imaging
internal import NeuralNetwork

extension MTCNN {
  /// Side of R-Net's input in pixels.
  static let refinementSide = 24
  /// Side of O-Net's input in pixels.
  static let outputSide = 48
  /// Squares per batch: enough for the dense layers.
  private static let batch = 16

  /// Second stage: the squares that hold a face, refined by R-Net, the most certain first.
  func refined(_ boxes: [FaceBox], _ tiles: TileSet) -> [FaceBox] {
    var kept: [(box: FaceBox, score: Float, regression: SIMD4<Float>)] = []
    run(weights.refinement, side: Self.refinementSide, boxes, tiles) { box, numbers in
      let score = softmaxOfTwo(numbers[0], numbers[1])
      if score > settings.refinementThreshold { kept.append((box, score, edges(numbers))) }
    }
    return keptBoxes(kept.map(\.box), scores: kept.map(\.score), threshold: 0.7).map {
      let box = kept[$0].box
      return box.regressed(kept[$0].regression, width: box.width + 1, height: box.height + 1)
        .squared
    }
  }

  /// Third stage: the faces in squares of `refined`, with O-Net's boxes and landmarks, the largest
  /// first.
  func faces(in boxes: [FaceBox], _ tiles: TileSet) -> [DetectedFace] {
    placedFaces(in: boxes, tiles).map(\.face)
  }

  /// The same faces, each with the square in which O-Net saw it.
  func placedFaces(in boxes: [FaceBox], _ tiles: TileSet) -> [PlacedFace] {
    var found: [PlacedFace] = []
    run(weights.output, side: Self.outputSide, boxes, tiles) { box, numbers in
      let score = softmaxOfTwo(numbers[0], numbers[1])
      guard score > settings.outputThreshold else { return }
      let (width, height) = (box.width + 1, box.height + 1)
      func point(_ index: Int) -> SIMD2<Float> {
        SIMD2(
          width * numbers[6 + index] + box.x1 - 1, height * numbers[11 + index] + box.y1 - 1)
      }
      let face = DetectedFace(
        box: box.regressed(edges(numbers), width: width, height: height), score: score,
        landmarks: FaceLandmarks(
          leftEye: point(0), rightEye: point(1), nose: point(2), leftMouth: point(3),
          rightMouth: point(4)))
      found.append(PlacedFace(face: face, square: box))
    }
    let kept = keptBoxes(
      found.map(\.face.box), scores: found.map(\.face.score), threshold: 0.7,
      overlap: intersectionOverMinimum
    ).map { found[$0] }
    return kept.sorted { $0.face.box.area > $1.face.box.area }
  }

  private func edges(_ numbers: UnsafePointer<Float>) -> SIMD4<Float> {
    SIMD4(numbers[2], numbers[3], numbers[4], numbers[5])
  }

  /// Runs a network on squares of the picture; `read` gets each square and the network's numbers.
  /// Squares outside the picture are left out.
  private func run(
    _ network: CascadeNetwork, side: Int, _ boxes: [FaceBox], _ tiles: TileSet,
    read: (FaceBox, UnsafePointer<Float>) -> Void
  ) {
    let crops = boxes.compactMap { box -> (FaceBox, PixelRectangle, PictureTile)? in
      guard let crop = tiles.crop(of: box),
        let tile = tiles.tile(for: crop)
      else { return nil }
      return (box, crop, tile)
    }
    for start in stride(from: 0, to: crops.count, by: Self.batch) {
      let batch = crops[start..<min(crops.count, start + Self.batch)]
      let shape = FeatureShape(batch: batch.count, height: side, width: side)
      network.run(on: shape, workspace: workspace) { input in
        guard var target = input.baseAddress else { return }
        for (_, crop, tile) in batch {
          tile.withCrop(crop) {
            resampler.resample(
              $0, width: side, height: side, columns: 0..<side, rows: 0..<side, into: target)
          }
          target += shape.pictureCount
        }
      } read: { numbers in
        for (index, (box, _, _)) in batch.enumerated() { read(box, numbers[index]) }
      }
    }
  }
}
