internal import Contract
internal import Reporting

/// The probabilities of one face over time. Positions are shares of the drawing's width, so that
/// text and points have the same size on every screen.
struct Timeline {
  private struct Point {
    var x: Double
    var probability: Double
  }

  private static let top = 10.0
  private static let height = 140.0

  private let face: VideoFinding.Face
  private let model: ModelSummary
  /// Address of the video; nil if it can't be shown.
  private let address: String?
  private let points: [Point]
  /// Right end of the axis, in seconds or frames.
  private let end: Double
  private let isTimed: Bool
  /// Largest distance between two points that a line joins.
  private let longestGap: Double

  /// The plot of a face; nil if it has fewer than two points.
  ///
  /// - Parameter address: Address of the video; nil if it can't be shown.
  init?(face: VideoFinding.Face, video: VideoFinding.Video?, model: ModelSummary, address: String?)
  {
    self.face = face
    self.model = model
    self.address = address
    let isTimed = face.frames.allSatisfy { $0.seconds.map { (0..<1e7).contains($0) } ?? false }
    self.isTimed = isTimed
    let points = face.frames.compactMap { frame -> Point? in
      guard let probability = frame.probability, probability.isFinite else { return nil }
      return Point(
        x: isTimed ? frame.seconds ?? 0 : Double(PageText.ordinal(frame.frame) - 1),
        probability: ProbabilityScale.share(probability))
    }.sorted { $0.x < $1.x }
    guard points.count > 1, let last = points.last else { return nil }
    self.points = points
    let length = isTimed ? video?.seconds ?? 0 : Double(max(video?.frames ?? 1, 1) - 1)
    end = max(last.x, length.isFinite ? min(length, 1e9) : 0, 0.1)
    longestGap = 2.5 * end / Double(max(video?.framesLookedAt ?? points.count, 1))
  }

  var markup: Markup {
    let number = PageText.ordinal(face.track)
    let name = "Face \(number)"
    return """
      <figure class="timeline" id="timeline-\(number)" data-track="\(face.track)">\
      <figcaption><h3>\(name)</h3>\(Outcome(face.verdict).badge(face.probability))</figcaption>\
      <div class="plot"><div class="levels" aria-hidden="true"><span>100%</span><span>50%</span>\
      <span>0%</span></div>\
      <svg class="chart" role="group" aria-label="\("\(name): \(summary)")" \
      data-end="\(NumberText.decimals(end, 3))">\(background)\(line)\
      <line class="playhead" x1="0" x2="0" y1="0" y2="\(Self.y(0))" visibility="hidden"/>\
      \(moments)</svg></div></figure>
      """
  }

  /// Description for readers who can't see the plot.
  private var summary: String {
    guard let highest = points.max(by: { $0.probability < $1.probability }) else { return "" }
    return
      "probability of manipulation of \(PageText.counted(points.count, "picture")); the highest is "
      + "\(PageText.chance(highest.probability)) at \(position(highest))"
  }

  private func position(_ point: Point) -> String {
    isTimed ? PageText.moment(point.x) : "picture \(Int(point.x) + 1)"
  }

  private func x(_ value: Double) -> String { ProbabilityScale.percent(value / end) }

  private static func y(_ probability: Double) -> String {
    NumberText.decimals(top + (1 - ProbabilityScale.share(probability)) * height, 1)
  }

  // MARK: Behind the points

  private var background: Markup {
    var markup = Markup()
    if model.lowerBound < model.upperBound {
      let band = NumberText.decimals((model.upperBound - model.lowerBound) * Self.height, 1)
      markup += """
        <rect class="band" x="0" y="\(Self.y(model.upperBound))" width="100%" height="\(band)"/>
        """
    }
    for level in [0, 0.5, 1] {
      markup += """
        <line class="grid" x1="0" x2="100%" y1="\(Self.y(level))" y2="\(Self.y(level))"/>
        """
    }
    markup += """
      <line class="threshold" x1="0" x2="100%" y1="\(Self.y(model.threshold))" \
      y2="\(Self.y(model.threshold))"/>
      """
    return markup + axis
  }

  private var axis: Markup {
    let step = Self.step(end)
    let count = min(Int(end / step + 1e-6), 12)
    return (0...count).map { index -> Markup in
      let value = Double(index) * step
      let text = isTimed ? Self.tick(value) : "\(Int(value) + 1)"
      // The outermost numbers stay within the drawing.
      let side: Markup = value > 0.94 * end ? " end" : ""
      return """
        <text class="tick\(side)" x="\(x(value))" y="\(NumberText.decimals(Self.top + Self.height + 20, 0))">\
        \(text)</text>
        """
    }.joined()
  }

  /// "0 s", "5 s", or "1:30" from one minute on.
  private static func tick(_ seconds: Double) -> String {
    guard seconds >= 60 else {
      return NumberText.decimals(seconds, seconds == seconds.rounded() ? 0 : 1) + " s"
    }
    let whole = Int(seconds.rounded())
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  /// A round step that gives at most six numbers on the axis.
  private static func step(_ end: Double) -> Double {
    let steps: [Double] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
    return steps.first { end / $0 <= 5.5 } ?? end / 5
  }

  private var line: Markup {
    zip(points, points.dropFirst()).filter { $1.x - $0.x <= longestGap }.map {
      left, right -> Markup in
      """
      <line class="line" x1="\(x(left.x))" x2="\(x(right.x))" y1="\(Self.y(left.probability))" \
      y2="\(Self.y(right.probability))"/>
      """
    }.joined()
  }

  // MARK: Points

  /// The points as links. The column around each point belongs to its link, because a point alone
  /// is too small for a finger.
  private var moments: Markup {
    points.indices.map { index -> Markup in
      let point = points[index]
      let left = index > 0 ? (points[index - 1].x + point.x) / 2 : 0
      let right = index + 1 < points.count ? (points[index + 1].x + point.x) / 2 : end
      let kind: Markup = point.probability > model.threshold ? "fake" : "real"
      let shapes: Markup = """
        <rect class="column" x="\(x(left))" y="0" width="\(x(max(right - left, 0)))" \
        height="\(Self.y(0))"/>\
        <circle class="\(kind)" cx="\(x(point.x))" cy="\(Self.y(point.probability))" r="5"/>
        """
      let text = "\(position(point)): \(PageText.chance(point.probability))"
      guard isTimed, let address else {
        return "<g class=\"moment\"><title>\(text)</title>\(shapes)</g>"
      }
      let seconds = NumberText.decimals(point.x, 3)
      return """
        <a class="moment" href="\(address)#t=\(seconds)" data-seconds="\(seconds)" \
        aria-label="\(text)"><title>\(text)</title>\(shapes)</a>
        """
    }.joined()
  }
}
