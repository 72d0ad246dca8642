// A setting of each kind, by the property that keeps it.

extension Setting {
  package static func integer(
    _ key: String, _ path: any WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>,
    multipleOf step: Int = 1, zeroMeans: String? = nil, _ meaning: String
  ) -> Setting {
    Setting(
      key, .integer(SettingAccess(path), in: range, multipleOf: step, zeroMeans: zeroMeans),
      meaning)
  }

  package static func replacedInteger(
    _ key: String, _ path: any WritableKeyPath<Root, Int?> & Sendable, by other: String,
    in range: ClosedRange<Int>, _ meaning: String
  ) -> Setting {
    Setting(key, .replacedInteger(SettingAccess(path), by: other, in: range), meaning)
  }

  package static func number(
    _ key: String, _ path: any WritableKeyPath<Root, Double> & Sendable,
    in range: ClosedRange<Double>,
    _ meaning: String
  ) -> Setting {
    Setting(key, .number(SettingAccess(path), in: range), meaning)
  }

  package static func positiveNumber(
    _ key: String, _ path: any WritableKeyPath<Root, Double> & Sendable, upTo limit: Double,
    _ meaning: String
  ) -> Setting {
    Setting(key, .positiveNumber(SettingAccess(path), upTo: limit), meaning)
  }

  package static func optionalNumber(
    _ key: String, _ path: any WritableKeyPath<Root, Double?> & Sendable,
    in range: ClosedRange<Double>, _ meaning: String
  ) -> Setting {
    Setting(key, .optionalNumber(SettingAccess(path), in: range), meaning)
  }

  package static func numbers(
    _ key: String, _ path: any WritableKeyPath<Root, [Double]> & Sendable, count: Int,
    in range: ClosedRange<Double>, _ meaning: String
  ) -> Setting {
    Setting(key, .numbers(SettingAccess(path), count: count, in: range), meaning)
  }

  package static func range(
    _ key: String, _ path: any WritableKeyPath<Root, ClosedRange<Double>> & Sendable,
    in range: ClosedRange<Double>, _ meaning: String
  ) -> Setting {
    Setting(key, .range(SettingAccess(path), in: range), meaning)
  }

  package static func flag(
    _ key: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .flag(SettingAccess(path)), meaning)
  }

  /// One of the cases of an enumeration, by its raw value.
  package static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Root, Choice> & Sendable, isRequired: Bool = false,
    _ meaning: String
  ) -> Setting {
    let access = SettingAccess<Root, String>(
      get: { $0[keyPath: path].rawValue },
      set: { root, name in if let choice = Choice(rawValue: name) { root[keyPath: path] = choice } }
    )
    return Setting(
      key, .choice(access, of: Choice.allCases.map(\.rawValue), isRequired: isRequired), meaning)
  }

  /// One of the cases of an enumeration, by its raw value, or nothing.
  package static func optionalChoice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Root, Choice?> & Sendable, _ meaning: String
  ) -> Setting {
    let access = SettingAccess<Root, String?>(
      get: { $0[keyPath: path]?.rawValue },
      set: { root, name in root[keyPath: path] = name.flatMap(Choice.init) })
    return Setting(key, .optionalChoice(access, of: Choice.allCases.map(\.rawValue)), meaning)
  }

  /// Some of the cases of an enumeration, by their raw values.
  package static func choices<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Root, [Choice]> & Sendable, _ meaning: String
  ) -> Setting {
    let access = SettingAccess<Root, [String]>(
      get: { $0[keyPath: path].map(\.rawValue) },
      set: { root, names in root[keyPath: path] = names.compactMap(Choice.init) })
    return Setting(key, .choices(access, of: Choice.allCases.map(\.rawValue)), meaning)
  }

  package static func optionalText(
    _ key: String, _ path: any WritableKeyPath<Root, String?> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .optionalText(SettingAccess(path)), meaning)
  }

  package static func texts(
    _ key: String, _ path: any WritableKeyPath<Root, [String]> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .texts(SettingAccess(path)), meaning)
  }

  package static func path(
    _ key: String, _ path: any WritableKeyPath<Root, String> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .path(SettingAccess(path)), meaning)
  }

  package static func optionalPath(
    _ key: String, _ path: any WritableKeyPath<Root, String?> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .optionalPath(SettingAccess(path)), meaning)
  }

  package static func optionalSeconds(
    _ key: String, _ path: any WritableKeyPath<Root, Double?> & Sendable, _ meaning: String
  ) -> Setting {
    Setting(key, .optionalSeconds(SettingAccess(path)), meaning)
  }
}
