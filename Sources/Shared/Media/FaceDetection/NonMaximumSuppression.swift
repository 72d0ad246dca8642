/// Indices of the boxes that remain when the weaker of two overlapping ones is dropped, the best
/// score first.
///
/// Equal scores keep the order of the input. Cost: boxes times kept boxes.
///
/// - Parameter overlap: how much two boxes overlap; above `threshold` the weaker one is dropped.
func keptBoxes(
  _ boxes: [FaceBox], scores: [Float], threshold: Float,
  overlap: (FaceBox, FaceBox) -> Float = intersectionOverUnion
) -> [Int] {
  let order = boxes.indices.sorted {
    scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
  }
  var kept: [Int] = []
  for candidate in order
  where !kept.contains(where: { overlap(boxes[$0], boxes[candidate]) > threshold }) {
    kept.append(candidate)
  }
  return kept
}

/// Overlap for the first two stages: common area divided by the area of both together.
func intersectionOverUnion(_ first: FaceBox, _ second: FaceBox) -> Float {
  first.intersectionOverUnion(second)
}

/// Overlap for the last stage: common area divided by the smaller area, so that a box inside
/// another is dropped as well. Edges are pixels that belong to the box, hence `+ 1`.
func intersectionOverMinimum(_ first: FaceBox, _ second: FaceBox) -> Float {
  let common =
    max(0, min(first.x2, second.x2) - max(first.x1, second.x1) + 1)
    * max(0, min(first.y2, second.y2) - max(first.y1, second.y1) + 1)
  let smaller = min(
    (first.width + 1) * (first.height + 1), (second.width + 1) * (second.height + 1))
  return common / smaller
}
