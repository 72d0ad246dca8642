/// Bounds on one pickle. The defaults hold a state_dict of about 50,000 tensors; the memory that a
/// hostile file can make the reader use is a few hundred MB at most.
struct PickleLimits: Sendable {
  /// Instructions, plus items that one instruction copies.
  var steps = 2_000_000
  var stackDepth = 1_000_000
  /// Open MARKs, which are what nesting costs.
  var marks = 100_000
  var memoEntries = 1_000_000
  /// Plain values that a pickle stands for, shared ones counted at each use, and levels of nesting.
  /// The second bound keeps the release of a value, which recurses, within any thread's stack.
  var values = 1 << 20
  var depth = 64
  /// Bytes of one string or byte string.
  var stringLength = 1 << 24
  /// Bytes of a module's or an attribute's name.
  var globalLength = 1 << 10
}
