internal import Contract
internal import Randomness

/// A group of videos that gets a side.
struct VideoGroup {
  let name: String
  /// Uniform on [0, 1): a function of the seed and the name.
  let draw: Double
  /// Number of real and of fake videos.
  var videosOfClass = SIMD2<Double>(repeating: 0)
  /// Classes that the group has a picture of.
  var classes: Set<VideoLabel> = []
  /// Sides that the data set has for its videos.
  var datasetSides: Set<DatasetSplit> = []
  /// Whether some of its videos have no side in the data set.
  var hasUnassigned = false
  var videoCount: Int { Int(videosOfClass.sum()) }
  /// The side that it gets.
  var side = DatasetSplit.train
  /// Sides that it may be drawn for; one for a group that is not drawn.
  var choices: [DatasetSplit] = []

  /// Equal for groups with the same labels and choices, which are equivalent.
  var stratum: Int {
    (classes.contains(.real) ? 1 : 0) + (classes.contains(.fake) ? 2 : 0)
      + (choices.contains(.validation) ? 4 : 0) + (choices.contains(.test) ? 8 : 0)
  }
}

/// Assigns groups to sides, by the rules that `DataSplit` documents.
struct GroupAssignment {
  /// Number of drawn groups from which on the hash alone decides.
  static let manyGroups = 200

  /// Number of drawings of fewer groups, of which the best is taken.
  private static let drawings = 64

  var groups: [VideoGroup] = []
  var notes: [String] = []
  let groupOfVideo: [Int]
  /// For each video, the properties that folds should have equal numbers of: its class, and how it
  /// was made.
  let kindsOfVideo: [[String]]
  let settings: DataSplit.Settings

  /// - Parameter names: the group of each video.
  init(_ videos: [SampleCatalog.Video], groups names: [String], settings: DataSplit.Settings) {
    self.settings = settings
    var positions: [String: Int] = [:]
    var groupOfVideo: [Int] = []
    for (video, name) in zip(videos, names) {
      let position = positions[name] ?? groups.count
      if position == groups.count {
        var random = RandomStream(seed: settings.seed, .split, NameHash.of(name))
        groups.append(VideoGroup(name: name, draw: random.uniform(0, 1)))
        positions[name] = position
      }
      groups[position].videosOfClass[video.label == .real ? 0 : 1] += 1
      if !video.samples.isEmpty { groups[position].classes.insert(video.label) }
      if settings.source == .dataset, let split = video.split {
        groups[position].datasetSides.insert(split)
      } else {
        groups[position].hasUnassigned = true
      }
      groupOfVideo.append(position)
    }
    self.groupOfVideo = groupOfVideo
    kindsOfVideo = videos.map(Self.kinds)
  }

  /// The side of each video.
  var sideOfVideo: [DatasetSplit] { groupOfVideo.map { groups[$0].side } }

  mutating func assign() throws(TrainingDataError) {
    switch settings.division {
    case .sides: assignSides()
    case .fold(let fold, of: let count): try assignFolds(count, validating: fold)
    case .allFolds(let count): try assignFolds(count, validating: nil)
    }
  }

  private mutating func assignSides() {
    fixSides()
    let drawn = groups.indices.filter { groups[$0].choices.count > 1 }
    if drawn.count >= Self.manyGroups {
      for index in drawn { groups[index].side = sideByThreshold(groups[index]) }
    } else {
      countOff(drawn)
    }
    moveForClasses()
  }

  /// Fixes the groups whose side does not depend on the hash, and sets the choices of the others.
  private mutating func fixSides() {
    let present = groups.reduce(into: Set<DatasetSplit>()) { $0.formUnion($1.datasetSides) }
    let all = DatasetSplit.allCases.filter { $0 != .test || settings.testShare > 0 }
    // Sides that the data set lacks are drawn from its training groups.
    let ofTraining = all.filter { $0 == .train || !present.contains($0) }
    let videoCount = groupOfVideo.count
    var disagreeing = 0
    for index in groups.indices {
      let group = groups[index]
      let isGiant = groups.count > 1 && 2 * group.videoCount > videoCount
      let isSure = group.datasetSides.count == 1 && !group.hasUnassigned
      if group.datasetSides.count > 1 { disagreeing += 1 }
      if isGiant && !(isSure && group.datasetSides != [.train]) {
        fix(index, .train)
        notes.append(giantNote(group, of: videoCount))
      } else if group.datasetSides.contains(.test) {
        fix(index, .test)
      } else if group.datasetSides.contains(.validation) {
        fix(index, .validation)
      } else {
        groups[index].choices = group.datasetSides.isEmpty ? all : ofTraining
      }
    }
    if disagreeing > 0 {
      notes.append(
        "\(counted(disagreeing, "group")) of videos that the data set has on several sides: such a "
          + "group lies as a whole on the first of test, validation, training that it has.")
    }
  }

  private mutating func fix(_ index: Int, _ side: DatasetSplit) {
    groups[index].side = side
    groups[index].choices = [side]
  }

  private func giantNote(_ group: VideoGroup, of videoCount: Int) -> String {
    let percent = (100 * group.videoCount + videoCount / 2) / videoCount
    return "Group \"\(group.name)\" holds \(group.videoCount) of \(videoCount) videos "
      + "(\(percent)%), which share people or recordings; it trains as a whole, and the other "
      + "sides are drawn from the rest."
  }

  private func shares(of group: VideoGroup) -> (validation: Double, test: Double) {
    (
      group.choices.contains(.validation) ? settings.validationShare : 0,
      group.choices.contains(.test) ? settings.testShare : 0
    )
  }

  private func sideByThreshold(_ group: VideoGroup) -> DatasetSplit {
    let share = shares(of: group)
    if group.draw < share.validation { return .validation }
    return group.draw < share.validation + share.test ? .test : .train
  }

  /// Takes the drawing that comes nearest to the right numbers of real and fake videos on all
  /// sides, as groups differ in size.
  private mutating func countOff(_ drawn: [Int]) {
    guard !drawn.isEmpty else { return }
    let strata = Dictionary(grouping: drawn) { groups[$0].stratum }.values
    var best: (sides: [Int: DatasetSplit], distance: Double)?
    var streams = groups.map { RandomStream(seed: settings.seed, .split, NameHash.of($0.name)) }
    for _ in 0..<Self.drawings {
      var draws = groups.map { _ in 0.0 }
      for index in drawn { draws[index] = streams[index].uniform(0, 1) }
      var sides: [Int: DatasetSplit] = [:]
      for members in strata { countOff(members, draws, into: &sides) }
      let distance = distanceFromShares(drawn, sides)
      if distance < best?.distance ?? .infinity { best = (sides, distance) }
    }
    for (index, side) in best?.sides ?? [:] { groups[index].side = side }
  }

  /// Assigns equivalent groups in the order of their draws: to validation, test, and the rest to
  /// training.
  private func countOff(
    _ members: [Int], _ draws: [Double], into sides: inout [Int: DatasetSplit]
  ) {
    let ordered = members.sorted {
      draws[$0] != draws[$1] ? draws[$0] < draws[$1] : precedes(groups[$0], groups[$1])
    }
    let share = shares(of: groups[ordered[0]])
    let validation = Int((share.validation * Double(ordered.count)).rounded())
    let test = Int((share.test * Double(ordered.count)).rounded())
    for (rank, index) in ordered.enumerated() {
      sides[index] = rank < validation ? .validation : rank < validation + test ? .test : .train
    }
  }

  /// Sum of the squared differences between the videos that a side has and should have, each as a
  /// share of all videos of the class.
  private func distanceFromShares(_ drawn: [Int], _ sides: [Int: DatasetSplit]) -> Double {
    var surplus: [DatasetSplit: SIMD2<Double>] = [:]
    var total = SIMD2<Double>(repeating: 0)
    for index in drawn {
      let videos = groups[index].videosOfClass
      let share = shares(of: groups[index])
      total += videos
      surplus[.validation, default: .zero] -= videos * share.validation
      surplus[.test, default: .zero] -= videos * share.test
      if let side = sides[index] { surplus[side, default: .zero] += videos }
    }
    total.replace(with: 1, where: total .== 0)
    return [DatasetSplit.validation, .test].reduce(0) {
      let relative = surplus[$1, default: .zero] / total
      return $0 + (relative * relative).sum()
    }
  }

  func precedes(_ left: VideoGroup, _ right: VideoGroup) -> Bool {
    left.draw != right.draw
      ? left.draw < right.draw : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}
