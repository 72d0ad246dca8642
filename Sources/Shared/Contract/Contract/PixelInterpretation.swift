/// How a coded picture is interpreted: its colour description, field order, pixel shape, display
/// matrix and transparency. `docs/pixels.md` states the formulas.
///
/// The name of a rule that has a formula ends with the formula's number. Another formula gets
/// another name, so that a store never mixes two.
package struct PixelInterpretation: ContractValue {
  /// Treatment of transfer function and primaries.
  package enum Colour: String, ContractChoice {
    /// The coded values are used as they are; the colour description is ignored.
    case asCoded
    /// HLG and PQ are tone-mapped to SDR with BT.709 primaries; wide gamuts are converted to
    /// BT.709.
    case hable1 = "bt709-hable-1"
  }

  /// Treatment of interlaced pictures.
  package enum Fields: String, ContractChoice {
    /// Both fields are shown in one picture, as they are coded.
    case woven
    /// The first field is shown. Its missing lines are taken from the other field where these fit,
    /// and interpolated elsewhere.
    case combed1 = "first-field-combed-1"
  }

  /// Treatment of pixels that aren't square.
  package enum Shape: String, ContractChoice {
    /// Every pixel is treated as a square, whatever its shape.
    case square
    /// Pixels that aren't square are stretched along their longer side.
    case stretched1 = "stretched-1"
  }

  /// Sources of the orientation in which a picture is shown.
  package enum Orientation: String, ContractChoice {
    /// Rotation by multiples of 90 degrees from the stream's display matrix, without its mirroring.
    case streamTurns
    /// Rotation by multiples of 90 degrees and mirroring, from the stream's display matrix or, if
    /// there is none, the picture's own.
    case turnsAndMirrors
  }

  /// Treatment of transparency.
  package enum Transparency: String, ContractChoice {
    /// Every pixel is treated as opaque.
    case ignored
    /// The picture is composited over black.
    case onBlack
  }

  package var colour: Colour
  package var fields: Fields
  package var shape: Shape
  package var orientation: Orientation
  package var transparency: Transparency

  /// The interpretation of recipes of version 1: only the rotation of the stream's display matrix
  /// is applied.
  package static let version1 = PixelInterpretation(
    colour: .asCoded, fields: .woven, shape: .square, orientation: .streamTurns,
    transparency: .ignored)

  /// Creates an interpretation; the defaults are those of the current recipe.
  package init(
    colour: Colour = .hable1, fields: Fields = .combed1, shape: Shape = .stretched1,
    orientation: Orientation = .turnsAndMirrors, transparency: Transparency = .onBlack
  ) {
    self.colour = colour
    self.fields = fields
    self.shape = shape
    self.orientation = orientation
    self.transparency = transparency
  }

  /// Every combination of the rules is valid.
  package func validate() throws(ContractError) {}
}
