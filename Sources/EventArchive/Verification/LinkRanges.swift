/// Numbers of links that were seen, as ranges: few, because rows come almost in the order of their links.
struct LinkRanges {
  private(set) var ranges: [ClosedRange<Int>] = []

  /// Takes in a number; false if it was there already.
  mutating func insert(_ number: Int) -> Bool {
    // The first range that ends at or after it.
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    if low < ranges.count, ranges[low].contains(number) { return false }
    let joinsBefore = low > 0 && ranges[low - 1].upperBound == number - 1
    let joinsAfter = low < ranges.count && ranges[low].lowerBound == number + 1
    switch (joinsBefore, joinsAfter) {
    case (true, true):
      ranges[low - 1] = ranges[low - 1].lowerBound...ranges[low].upperBound
      ranges.remove(at: low)
    case (true, false): ranges[low - 1] = ranges[low - 1].lowerBound...number
    case (false, true): ranges[low] = number...ranges[low].upperBound
    case (false, false): ranges.insert(number...number, at: low)
    }
    return true
  }

  /// What is missing of 1 to `end`.
  func gaps(through end: Int) -> [ClosedRange<Int>] {
    var gaps: [ClosedRange<Int>] = []
    var next = 1
    for range in ranges {
      if range.lowerBound > next, next <= end { gaps.append(next...min(end, range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= end { gaps.append(next...end) }
    return gaps
  }
}
