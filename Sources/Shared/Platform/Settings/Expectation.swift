/// What a value may be, in the words of messages and documents: `a number from 0 to 1`.
package enum Expectation {
  package static func integer(
    in range: ClosedRange<Int>, multipleOf step: Int = 1, zeroMeans: String? = nil
  ) -> String {
    let zero = zeroMeans.map { " or 0 (\($0))" } ?? ""
    let kind = step == 1 ? "an integer" : "a multiple of \(step)"
    return "\(kind) from \(range.lowerBound) to \(range.upperBound)\(zero)"
  }

  package static func number(in range: ClosedRange<Double>) -> String {
    "a number \(bounds(range))"
  }

  package static func positiveNumber(upTo limit: Double) -> String {
    "a number above 0 up to \(short(limit))"
  }

  package static func numbers(_ count: Int, in range: ClosedRange<Double>) -> String {
    "a list of \(count) numbers \(bounds(range))"
  }

  package static func choice(of names: [String]) -> String {
    "one of " + names.joined(separator: ", ")
  }

  package static func choices(of names: [String]) -> String {
    "a list of some of " + names.joined(separator: ", ")
  }

  package static let flag = "true or false"
  package static let path = "a path"
  package static let text = "text"
  package static let texts = "a list of texts"
  package static let seconds = "a time such as 2h, 90m, 1h30m or 45s"

  /// `from 0 to 1`.
  package static func bounds(_ range: ClosedRange<Double>) -> String {
    "from \(short(range.lowerBound)) to \(short(range.upperBound))"
  }

  /// A number without the fraction that `Double` prints for whole ones.
  package static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }
}

extension Setting {
  /// What the value may be, in words.
  package var expected: String {
    switch kind {
    case .integer(_, let range, let step, let zero):
      Expectation.integer(in: range, multipleOf: step, zeroMeans: zero)
    case .replacedInteger(_, _, let range): Expectation.integer(in: range)
    case .number(_, let range): Expectation.number(in: range)
    case .positiveNumber(_, let limit): Expectation.positiveNumber(upTo: limit)
    case .optionalNumber(_, let range): Expectation.number(in: range) + ", or null"
    case .numbers(_, let count, let range): Expectation.numbers(count, in: range)
    case .range(_, let range): Expectation.numbers(2, in: range) + ", the smaller one first"
    case .flag: Expectation.flag
    case .choice(_, let names, _): Expectation.choice(of: names)
    case .optionalChoice(_, let names): Expectation.choice(of: names) + ", or null"
    case .choices(_, let names): Expectation.choices(of: names)
    case .optionalText: Expectation.text + " or null"
    case .texts: Expectation.texts
    case .path: Expectation.path
    case .optionalPath: Expectation.path + " or null"
    case .optionalSeconds: Expectation.seconds + ", or null"
    }
  }

  /// The number or range that lies outside of its bounds, as text; nil where there is none. Kinds whose
  /// values can't be wrong have none.
  package func fault(in root: Root) -> String? {
    switch kind {
    case .integer(let access, let range, let step, let zero):
      let value = access.get(root)
      let isAllowed = range.contains(value) && value.isMultiple(of: step)
      return isAllowed || (zero != nil && value == 0) ? nil : "\(value)"
    case .number(let access, let range):
      let value = access.get(root)
      return range.contains(value) ? nil : Expectation.short(value)
    case .positiveNumber(let access, let limit):
      let value = access.get(root)
      return value > 0 && value <= limit ? nil : Expectation.short(value)
    case .range(let access, let bounds):
      let value = access.get(root)
      let isInside = bounds.contains(value.lowerBound) && bounds.contains(value.upperBound)
      return isInside
        ? nil : "[\(Expectation.short(value.lowerBound)), \(Expectation.short(value.upperBound))]"
    case .numbers(let access, let count, let range):
      let values = access.get(root)
      return values.count == count && values.allSatisfy(range.contains) ? nil : "\(values)"
    default:
      return nil
    }
  }
}
