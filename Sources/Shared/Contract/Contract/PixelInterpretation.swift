/// How a coded picture becomes the picture that is looked at: what its colour description, field
/// order, pixel shape and display matrix mean. `docs/pixels.md` states the formulas.
///
/// Each rule is a name with the number of its formula: another formula is another name, so that a
/// store never mixes two.
public struct PixelInterpretation: ContractValue {
  /// What transfer function and primaries mean.
  public enum Colour: String, ContractChoice {
    /// The coded values are shown as they are, whatever they are said to mean.
    case asCoded
    /// HLG and PQ are tone-mapped to SDR with BT.709 primaries; wide gamuts are converted to BT.709.
    case hable1 = "bt709-hable-1"
  }

  /// What becomes of interlaced pictures.
  public enum Fields: String, ContractChoice {
    /// Both fields are shown in one picture, as they are coded.
    case woven
    /// The first field is shown, its missing lines interpolated where the other field's don't fit.
    case combed1 = "first-field-combed-1"
  }

  /// What the shape of pixels means.
  public enum Shape: String, ContractChoice {
    /// A pixel is shown as a square, whatever its shape.
    case square
    /// Pixels that aren't square are stretched along their longer side.
    case stretched1 = "stretched-1"
  }

  /// Which orientation a picture is shown in.
  public enum Orientation: String, ContractChoice {
    /// Quarter turns of the stream's display matrix; mirroring is taken out.
    case streamTurns
    /// Quarter turns and mirroring, of the stream's display matrix or else of the picture's own.
    case turnsAndMirrors
  }

  /// What becomes of transparency.
  public enum Transparency: String, ContractChoice {
    /// Every pixel is shown as if it were opaque.
    case ignored
    /// The picture lies on black.
    case onBlack
  }

  /// What transfer function and primaries mean.
  public var colour: Colour
  /// What becomes of interlaced pictures.
  public var fields: Fields
  /// What the shape of pixels means.
  public var shape: Shape
  /// Which orientation a picture is shown in.
  public var orientation: Orientation
  /// What becomes of transparency.
  public var transparency: Transparency

  /// What recipes of version 1 mean: nothing is followed but the stream's quarter turns.
  public static let version1 = PixelInterpretation(
    colour: .asCoded, fields: .woven, shape: .square, orientation: .streamTurns,
    transparency: .ignored)

  /// Creates an interpretation; the defaults are those of the current recipe.
  public init(
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
  public func validate() throws(ContractError) {}
}
