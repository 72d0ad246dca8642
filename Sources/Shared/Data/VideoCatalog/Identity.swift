/// Who or which original recording a video shows, with the data set that gave the name: equal numbers
/// of two data sets are strangers.
struct Identity: Hashable {
  let text: String

  init(_ name: String, of kind: CatalogKind) {
    text = "\(kind.rawValue):\(name)"
  }
}
