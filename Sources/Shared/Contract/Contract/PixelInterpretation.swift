/// How a coded picture becomes the picture that is looked at: what its colour description, field
/// order, pixel shape and display matrix mean. `docs/pixels.md` states the formulas.
///
/// Each rule is a name with the number of its formula: another formula is another name, so that a
/// store never mixes two.
package struct PixelInterpretation: ContractValue {
  /// What transfer function and primaries mean.
  package enum Colour: String, ContractChoice {
    /// The coded values are shown as they are, whatever they are said to mean.
    case asCoded
    /// HLG and PQ are tone-mapped to SDR with BT.709 primaries; wide gamuts are converted to BT.709.
    case hable1 = "bt709-hable-1"
  }

  /// What becomes of interlaced pictures.
  package enum Fields: String, ContractChoice {
    /// Both fields are shown in one picture, as they are coded.
    case woven
    /// The first field is shown, its missing lines interpolated where the other field's don't fit.
    case combed1 = "first-field-combed-1"
  }

  /// What the shape of pixels means.
  package enum Shape: String, ContractChoice {
    /// A pixel is shown as a square, whatever its shape.
    case square
    /// Pixels that aren't square are stretched along their longer side.
    case stretched1 = "stretched-1"
  }

  /// Which orientation a picture is shown in.
  package enum Orientation: String, ContractChoice {
    /// Quarter turns of the stream's display matrix; mirroring is taken out.
    case streamTurns
    /// Quarter turns and mirroring, of the stream's display matrix or else of the picture's own.
    case turnsAndMirrors
  }

  /// What becomes of transparency.
  package enum Transparency: String, ContractChoice {
    /// Every pixel is shown as if it were opaque.
    case ignored
    /// The picture lies on black.
    case onBlack
  }

  /// What transfer function and primaries mean.
  package var colour: Colour
  /// What becomes of interlaced pictures.
  package var fields: Fields
  /// What the shape of pixels means.
  package var shape: Shape
  /// Which orientation a picture is shown in.
  package var orientation: Orientation
  /// What becomes of transparency.
  package var transparency: Transparency

  /// What recipes of version 1 mean: nothing is followed but the stream's quarter turns.
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

  /// Any combination of the rules has a meaning.
  package func validate() throws(ContractError) {}
}
