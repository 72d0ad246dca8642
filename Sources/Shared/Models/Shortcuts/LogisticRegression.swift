internal import Foundation

/// Logistic regression with an L2 penalty, for a few columns: the weights `w` and the intercept `b`
/// that minimise
///
///     sum_i c_i log(1 + exp(-y_i (w x_i + b))) + penalty / 2 |w|^2,   y_i = 1 (fake) or -1 (real)
///
/// by Newton's method (iteratively reweighted least squares). The weights `c_i` of each class sum
/// to one half, so that the intercept doesn't depend on the numbers of reals and fakes. The loss is
/// strictly convex: there is one minimum, and the same numbers give the same bits.
struct LogisticRegression {
  /// One weight per column, then the intercept.
  let weights: [Double]

  /// - Parameters:
  ///   - rows: the table, row after row, `columns` numbers each, of about size 1.
  ///   - columns: number of columns.
  ///   - isFake: the label of each row.
  ///   - chosen: indices of the rows that are fitted; both labels are among them.
  ///   - penalty: above 0.
  init(rows: [Double], columns: Int, isFake: [Bool], chosen: [Int], penalty: Double) {
    let size = columns + 1
    let fakes = chosen.count { isFake[$0] }
    let shareOfFake = 0.5 / Double(max(fakes, 1))
    let shareOfReal = 0.5 / Double(max(chosen.count - fakes, 1))
    var weights = [Double](repeating: 0, count: size)
    for _ in 0..<50 {
      var gradient = [Double](repeating: 0, count: size)
      var curvature = [Double](repeating: 0, count: size * size)
      rows.withUnsafeBufferPointer { rows in
        gradient.withUnsafeMutableBufferPointer { gradient in
          curvature.withUnsafeMutableBufferPointer { curvature in
            for row in chosen {
              let start = row &* columns
              var margin = weights[columns]
              for column in 0..<columns { margin += weights[column] * rows[start &+ column] }
              let probability = 1 / (1 + exp(-margin))
              let share = isFake[row] ? shareOfFake : shareOfReal
              let slope = share * (probability - (isFake[row] ? 1 : 0))
              let bend = share * max(probability * (1 - probability), 1e-9)
              for column in 0..<columns {
                let value = rows[start &+ column]
                gradient[column] += slope * value
                let product = bend * value
                let line = column &* size
                for other in 0...column {
                  curvature[line &+ other] += product * rows[start &+ other]
                }
                curvature[columns &* size &+ column] += product
              }
              gradient[columns] += slope
              curvature[columns &* size &+ columns] += bend
            }
          }
        }
      }
      for column in 0..<columns {
        gradient[column] += penalty * weights[column]
        curvature[column * size + column] += penalty
      }
      guard let step = Self.solve(curvature, gradient) else { break }
      // With the penalty no step of a sensible problem is long; a shortened one still lowers the
      // loss.
      let length = step.map { abs($0) }.max() ?? 0
      let factor = length > 4 ? 4 / length : 1
      for index in 0..<size { weights[index] -= factor * step[index] }
      if length < 1e-9 { break }
    }
    self.weights = weights
  }

  /// The margin of a row: above 0 if it is rather fake.
  func margin(_ rows: [Double], row: Int) -> Double {
    let columns = weights.count - 1
    var margin = weights[columns]
    for column in 0..<columns { margin += weights[column] * rows[row * columns + column] }
    return margin
  }

  /// Solves `matrix x = vector` by Cholesky's decomposition; the matrix is symmetric and given by
  /// its lower half. Nil if it is not positive definite.
  static func solve(_ matrix: [Double], _ vector: [Double]) -> [Double]? {
    let size = vector.count
    var lower = matrix
    for row in 0..<size {
      for column in 0...row {
        var sum = lower[row * size + column]
        for index in 0..<column { sum -= lower[row * size + index] * lower[column * size + index] }
        if row == column {
          guard sum > 1e-300 else { return nil }
          lower[row * size + row] = sum.squareRoot()
        } else {
          lower[row * size + column] = sum / lower[column * size + column]
        }
      }
    }
    var result = vector
    for row in 0..<size {
      for column in 0..<row { result[row] -= lower[row * size + column] * result[column] }
      result[row] /= lower[row * size + row]
    }
    for row in (0..<size).reversed() {
      for later in row + 1..<max(size, row + 1) {
        result[row] -= lower[later * size + row] * result[later]
      }
      result[row] /= lower[row * size + row]
    }
    return result
  }
}
