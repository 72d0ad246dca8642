/// A person or an original recording that a video shows, with the data set that gave the name:
/// equal numbers in two data sets are different people.
struct Identity: Hashable {
  let text: String

  init(_ name: String, of kind: CatalogKind) {
    text = "\(kind.rawValue):\(name)"
  }
}
