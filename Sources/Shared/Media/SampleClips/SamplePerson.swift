internal import Imaging
internal import Randomness

/// A person derived from a portrait: another shape of face, other skin and hair.
struct SamplePerson: Sendable {
  /// The portrait's name and a number: `astronaut-03`.
  let name: String
  /// Index of the portrait.
  let portrait: Int
  let shape: FaceShape
  let colours: PersonColours

  init(name: String, portrait: Int, shape: FaceShape, colours: PersonColours) {
    self.name = name
    self.portrait = portrait
    self.shape = shape
    self.colours = colours
  }

  /// Draws person `number` of the portrait at `index`; the same numbers and seed give the same
  /// person.
  init(_ number: Int, of portrait: SamplePortrait, at index: Int, seed: UInt64) {
    name = portrait.person + "-" + (number < 9 ? "0" : "") + "\(number + 1)"
    self.portrait = index
    var random = RandomStream(seed: seed, .sampleClips, UInt64(index), UInt64(number))
    shape = FaceShape(&random)
    colours = PersonColours(&random)
  }

  /// The person in a scene, as a picture of `FaceCanvas`.
  func picture(
    of portrait: SamplePortrait, in scene: SampleScene, _ random: inout RandomStream
  ) throws(SampleClipsError) -> PixelBuffer {
    let canvas = try FaceCanvas(portrait)
    let portraitColours = PortraitColours(portrait, on: canvas)
    // The portrait is reduced to the canvas's scale first, which removes details that are too fine.
    let scale = canvas.toPortrait.scale / FaceCanvas.unitPixels
    var source = portrait.picture
    var toSource = canvas.toPortrait
    if scale > 1.1 {
      let (width, height) = (
        Int(Double(source.width) / scale), Int(Double(source.height) / scale)
      )
      let factor = Double(width) / Double(source.width)
      source = source.reduced(width: width, height: height)
      toSource = SimilarityTransform(
        a: toSource.a * factor, b: toSource.b * factor, tx: toSource.tx * factor,
        ty: toSource.ty * factor)
    }
    let size = FaceCanvas.sizePixels
    var picture = PixelBuffer(width: size, height: size)
    for y in 0..<size {
      for x in 0..<size {
        let point = FaceCanvas.point(x, y)
        let origin = shape.source(of: point)
        let own = source.sample(toSource.apply(origin))
        let coloured = colours.apply(to: own, at: origin, of: portraitColours)
        picture.set(x, y, to: scene.apply(to: coloured, at: point))
      }
    }
    scene.record(&picture, &random)
    return picture
  }
}
