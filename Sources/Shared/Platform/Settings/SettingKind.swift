/// What a setting may be, and where its value is kept.
package enum SettingKind<Root: Sendable>: Sendable {
  /// A whole number that `multipleOf` divides. With `zeroMeans`, 0 is allowed besides and stands for that.
  case integer(
    SettingAccess<Root, Int>, in: ClosedRange<Int>, multipleOf: Int, zeroMeans: String?)
  /// A whole number that another setting, `by`, replaced: files of older software have it.
  case replacedInteger(SettingAccess<Root, Int?>, by: String, in: ClosedRange<Int>)
  /// A finite number.
  case number(SettingAccess<Root, Double>, in: ClosedRange<Double>)
  /// A number above 0.
  case positiveNumber(SettingAccess<Root, Double>, upTo: Double)
  /// A number or `null`.
  case optionalNumber(SettingAccess<Root, Double?>, in: ClosedRange<Double>)
  /// As many numbers as the default has.
  case numbers(SettingAccess<Root, [Double]>, count: Int, in: ClosedRange<Double>)
  /// `[least, most]`.
  case range(SettingAccess<Root, ClosedRange<Double>>, in: ClosedRange<Double>)
  /// `true` or `false`.
  case flag(SettingAccess<Root, Bool>)
  /// One of some words. A missing key is an error with `isRequired`.
  case choice(SettingAccess<Root, String>, of: [String], isRequired: Bool)
  /// One of some words, or `null`.
  case optionalChoice(SettingAccess<Root, String?>, of: [String])
  /// Some of some words, each once, in any order.
  case choices(SettingAccess<Root, [String]>, of: [String])
  /// A text or `null`.
  case optionalText(SettingAccess<Root, String?>)
  /// Any number of texts.
  case texts(SettingAccess<Root, [String]>)
  /// A path; relative ones start at the folder of the file.
  case path(SettingAccess<Root, String>)
  /// A path or `null`.
  case optionalPath(SettingAccess<Root, String?>)
  /// A length of time such as `1h30m`, in seconds, or `null`.
  case optionalSeconds(SettingAccess<Root, Double?>)

  /// The kind of the same value of what `Root` is a part of.
  func lifted<Whole>(_ part: any WritableKeyPath<Whole, Root> & Sendable) -> SettingKind<Whole> {
    switch self {
    case .integer(let access, let range, let step, let zero):
      .integer(access.lifted(part), in: range, multipleOf: step, zeroMeans: zero)
    case .replacedInteger(let access, let other, let range):
      .replacedInteger(access.lifted(part), by: other, in: range)
    case .number(let access, let range): .number(access.lifted(part), in: range)
    case .positiveNumber(let access, let limit):
      .positiveNumber(access.lifted(part), upTo: limit)
    case .optionalNumber(let access, let range): .optionalNumber(access.lifted(part), in: range)
    case .numbers(let access, let count, let range):
      .numbers(access.lifted(part), count: count, in: range)
    case .range(let access, let range): .range(access.lifted(part), in: range)
    case .flag(let access): .flag(access.lifted(part))
    case .choice(let access, let names, let isRequired):
      .choice(access.lifted(part), of: names, isRequired: isRequired)
    case .optionalChoice(let access, let names): .optionalChoice(access.lifted(part), of: names)
    case .choices(let access, let names): .choices(access.lifted(part), of: names)
    case .optionalText(let access): .optionalText(access.lifted(part))
    case .texts(let access): .texts(access.lifted(part))
    case .path(let access): .path(access.lifted(part))
    case .optionalPath(let access): .optionalPath(access.lifted(part))
    case .optionalSeconds(let access): .optionalSeconds(access.lifted(part))
    }
  }
}
