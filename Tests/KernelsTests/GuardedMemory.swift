import Kernels

/// Float memory as an engine gives it to kernels, but between guards: a kernel that writes outside of
/// it and the slack behind it is found out, and one that reads there gets NaN.
///
/// Check `damage` behind the last use of the memory, which keeps it alive until then.
final class GuardedMemory {
  private struct Part {
    let name: String
    let start: UnsafeMutablePointer<Float>
    let count: Int
    /// What nobody may overwrite, or nil.
    let constants: [Float]?
  }

  private static let guardCount = 4096
  /// A NaN that no computation gives.
  private static let guardValue = Float(bitPattern: 0x7FC0_BEEF)
  private var parts: [Part] = []

  deinit {
    for part in parts { (part.start - Self.guardCount).deallocate() }
  }

  /// Memory that holds NaN: results and scratch.
  func floats(_ name: String, count: Int) -> UnsafeMutablePointer<Float> {
    floats(name, Array(repeating: .nan, count: count))
  }

  /// Memory that holds these values and may be overwritten.
  func floats(_ name: String, _ values: [Float]) -> UnsafeMutablePointer<Float> {
    add(name, values, areConstant: false)
  }

  /// Memory that holds these values and stays as it is.
  func constants(_ name: String, _ values: [Float]) -> UnsafePointer<Float> {
    UnsafePointer(add(name, values, areConstant: true))
  }

  private func add(
    _ name: String, _ values: [Float], areConstant: Bool
  ) -> UnsafeMutablePointer<Float> {
    let whole = UnsafeMutablePointer<Float>.allocate(
      capacity: values.count + FloatMemory.slack + 2 * Self.guardCount)
    let start = whole + Self.guardCount
    whole.initialize(repeating: Self.guardValue, count: Self.guardCount)
    for (place, value) in values.enumerated() { (start + place).initialize(to: value) }
    (start + values.count).initialize(repeating: .nan, count: FloatMemory.slack)
    (start + values.count + FloatMemory.slack).initialize(
      repeating: Self.guardValue, count: Self.guardCount)
    parts.append(
      Part(
        name: name, start: start, count: values.count, constants: areConstant ? values : nil))
    return start
  }

  /// What a part holds.
  func values(_ start: UnsafePointer<Float>) -> [Float] {
    guard let part = parts.first(where: { UnsafePointer($0.start) == start }) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: part.count))
  }

  /// Fills a part with NaN.
  func forget(_ start: UnsafeMutablePointer<Float>) {
    start.update(repeating: .nan, count: values(start).count)
  }

  /// What was overwritten that must not be: empty if all is well.
  var damage: [String] {
    parts.flatMap { part -> [String] in
      var damage: [String] = []
      let end = part.start + part.count + FloatMemory.slack
      if let place = Self.firstDamage(part.start - Self.guardCount) {
        damage.append("\(part.name): \(Self.guardCount - place) floats before its start")
      }
      if let place = Self.firstDamage(end) {
        damage.append("\(part.name): \(place) floats behind its slack")
      }
      if let constants = part.constants {
        let places = constants.indices.filter {
          constants[$0].bitPattern != part.start[$0].bitPattern
        }
        if let place = places.first { damage.append("\(part.name): its float \(place)") }
      }
      return damage
    }
  }

  private static func firstDamage(_ start: UnsafePointer<Float>) -> Int? {
    (0..<guardCount).first { start[$0].bitPattern != guardValue.bitPattern }
  }
}
