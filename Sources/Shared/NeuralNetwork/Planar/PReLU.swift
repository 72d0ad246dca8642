/// PReLU with one slope per channel, in place: `x` where positive, else `slope * x`.
///
/// - Parameters:
///   - values: `batch x channels x area`.
///   - slope: `channels`.
///   - area: height times width; 1 behind a fully connected layer.
public func pReLUForward(
  _ values: UnsafeMutablePointer<Float>, slope: UnsafePointer<Float>, batch: Int, channels: Int,
  area: Int
) {
  for plane in 0..<(batch * channels) {
    let start = values + plane * area
    activate(start, bias: 0, slope: slope[plane % channels], count: area, into: start)
  }
}
