/// What is seen in a cell counts for its neighbours as well, the less the farther they are: people walk a block and cars drive a few.
///
/// A pyramid of about 2.4 km to each side, whose weights are whole numbers: everybody comes to the same sums. A cell is twice as wide as high.
enum SurgeKernel {
  private static let columns = 2
  private static let rows = 4
  /// Of the cell itself.
  static let centre = (columns + 1) * (rows + 1)
  /// Of all cells together.
  static let total = centre * centre

  /// What is seen in each cell, spread over its neighbours.
  static func smooth(_ counts: [GridCell: Int]) -> [GridCell: Int] {
    var sums: [GridCell: Int] = [:]
    sums.reserveCapacity(counts.count * 8)
    for (cell, count) in counts where count != 0 {
      for dx in -columns...columns {
        for dy in -rows...rows {
          guard let neighbour = cell.neighbour(dx, dy) else { continue }
          sums[neighbour, default: 0] += count * (columns + 1 - abs(dx)) * (rows + 1 - abs(dy))
        }
      }
    }
    return sums
  }
}
