/// An event of a ``MultipartParser``, in this order for each part.
package enum MultipartEvent: ~Escapable {
  /// A part begins.
  case partBegins(MultipartPart)
  /// The next bytes of the part's content; never empty.
  case bytes(Span<UInt8>)
  /// The part is complete.
  case partEnds
}
