/// Which of some things with weights is where, and how few of them must go elsewhere so that all places have about as much.
struct LoadBalance {
  /// Something that is to go from one place to another.
  struct Move: Hashable {
    let item: Int
    let source: Int
    let target: Int
  }

  /// By place, what is there: its number and weight.
  private var places: [[(item: Int, weight: Int)]]
  private var sums: [Int]
  /// The mean weight of a thing: places that differ by no more have as much.
  private let mean: Int

  /// - Parameter places: of each what is there, with a weight above zero.
  init(_ places: [[(Int, Int)]]) {
    self.places = places.map { $0.map { (item: $0.0, weight: $0.1) } }
    sums = places.map { $0.reduce(0) { $0 + $1.1 } }
    mean = sums.reduce(0, +) / max(1, places.reduce(0) { $0 + $1.count })
  }

  /// Moves things until it is even, and says which; those without which it would be as even stay.
  mutating func even() -> [Move] {
    var sources: [Int: Int] = [:]
    while let move = next() {
      if sources[move.item] == nil { sources[move.item] = move.source }
      carry(out: move)
    }
    var moves = targets().compactMap { item, target in
      sources[item].flatMap { $0 == target ? nil : Move(item: item, source: $0, target: target) }
    }.sorted { $0.item < $1.item }
    // What was moved first may not have been needed in view of what was moved after it.
    while let index = moves.firstIndex(where: isNeedless) {
      carry(out: moves[index].back)
      moves.remove(at: index)
    }
    return moves
  }

  /// Whether all places have about as much, or as much as can be.
  private var isEven: Bool { next() == nil }

  /// The move that does most: from the fullest place to the emptiest, of what is nearest to half of what they differ by. What weighs next to
  /// nothing stays.
  private func next() -> Move? {
    guard let fullest = sums.indices.max(by: { sums[$0] < sums[$1] }),
      let emptiest = sums.indices.min(by: { sums[$0] < sums[$1] })
    else { return nil }
    let difference = sums[fullest] - sums[emptiest]
    guard difference > mean else { return nil }
    let best = places[fullest].filter { $0.weight < difference && $0.weight >= mean / 10 }.min {
      (abs(difference - 2 * $0.weight), $0.item) < (abs(difference - 2 * $1.weight), $1.item)
    }
    return best.map { Move(item: $0.item, source: fullest, target: emptiest) }
  }

  private func isNeedless(_ move: Move) -> Bool {
    var without = self
    without.carry(out: move.back)
    return without.isEven
  }

  private mutating func carry(out move: Move) {
    guard let index = places[move.source].firstIndex(where: { $0.item == move.item }) else { return }
    let moved = places[move.source].remove(at: index)
    sums[move.source] -= moved.weight
    sums[move.target] += moved.weight
    places[move.target].append(moved)
  }

  private func targets() -> [(item: Int, place: Int)] {
    places.enumerated().flatMap { place, items in items.map { (item: $0.item, place: place) } }
  }
}

extension LoadBalance.Move {
  fileprivate var back: LoadBalance.Move { LoadBalance.Move(item: item, source: target, target: source) }
}
