/// How a value is got from a configuration and put into it.
package struct SettingAccess<Root: Sendable, Value: Sendable>: Sendable {
  package let get: @Sendable (Root) -> Value
  package let set: @Sendable (inout Root, Value) -> Void

  package init(_ path: any WritableKeyPath<Root, Value> & Sendable) {
    self.init(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  package init(
    get: @escaping @Sendable (Root) -> Value,
    set: @escaping @Sendable (inout Root, Value) -> Void
  ) {
    self.get = get
    self.set = set
  }

  /// The access to the same value of what `Root` is a part of.
  func lifted<Whole>(_ part: any WritableKeyPath<Whole, Root> & Sendable) -> SettingAccess<
    Whole, Value
  > {
    let (get, set) = (get, set)
    return SettingAccess<Whole, Value>(
      get: { get($0[keyPath: part]) }, set: { set(&$0[keyPath: part], $1) })
  }
}
