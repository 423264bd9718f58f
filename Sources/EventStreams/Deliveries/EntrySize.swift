/// What one more entry is expected to take: as the largest reads of late.
struct EntrySize: Sendable {
  private(set) var bytes = 1

  /// Takes in what was read.
  mutating func note(_ read: Load) {
    guard read.events > 0 else { return }
    bytes = max(1, read.bytes / read.events, bytes - bytes / 8)
  }

  /// How many more entries fit into so many bytes beside what is in flight; one in any case where nothing is.
  func fitting(into limit: Int, beside load: Load) -> Int {
    let count = max(0, limit - load.bytes) / bytes
    return load.events == 0 ? max(1, count) : count
  }
}
