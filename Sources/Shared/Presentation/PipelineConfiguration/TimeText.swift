/// The longest time that can be asked for, in seconds: a year.
private let longestTime = 366.0 * 86400

/// The seconds that a text such as `2h`, `90m`, `1h30m`, `1.5h` or `45s` stands for; a number without
/// a unit is seconds. Units are `d`, `h`, `m` and `s`, the larger ones first, each at most once.
///
/// - Returns: A number above 0 up to one year, or nil for every other text.
package func seconds(ofTimeText text: String) -> Double? {
  // Longer than any sensible time; bounds what hostile text can cost.
  guard text.utf8.count <= 64, !text.isEmpty else { return nil }
  let allowed = Double.leastNonzeroMagnitude...longestTime
  if let seconds = parsedNumber(text, in: allowed) { return seconds }
  var total = 0.0
  var rest = text[...]
  var units: ArraySlice<(name: Character, seconds: Double)> = [
    ("d", 86400), ("h", 3600), ("m", 60), ("s", 1),
  ]
  while !rest.isEmpty {
    let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
    rest = rest.dropFirst(digits.count)
    guard let number = parsedNumber(String(digits), in: 0...longestTime),
      let name = rest.popFirst(), let unit = units.firstIndex(where: { $0.name == name })
    else { return nil }
    total += number * units[unit].seconds
    units = units[(unit + 1)...]
  }
  return allowed.contains(total) ? total : nil
}

/// A time as text that `seconds(ofTimeText:)` reads back exactly: `1h30m` where the seconds are
/// whole, plain seconds elsewhere.
package func timeText(seconds: Double) -> String {
  guard let whole = Int(exactly: seconds), whole > 0 else { return String(seconds) }
  let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
  return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
}
