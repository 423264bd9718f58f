/// What is in flight: read and not settled.
struct Load: Sendable, Hashable {
  private(set) var events = 0
  /// What they took of the server's answers.
  private(set) var bytes = 0
  /// What one more entry is expected to take: as the largest reads of late.
  private(set) var entryBytes = 1

  mutating func enter(_ count: Int, bytes more: Int) {
    guard count > 0 else { return }
    events += count
    bytes += more
    entryBytes = max(1, more / count, entryBytes - entryBytes / 8)
  }

  /// Takes out events, each as large as all are on average.
  mutating func leave(_ count: Int) {
    guard count > 0 else { return }
    bytes = count >= events ? 0 : bytes - Int(Double(bytes) * (Double(count) / Double(events)))
    events = max(0, events - count)
  }

  /// How many more entries fit into so many bytes; one in any case where nothing is in flight.
  func fitting(into limit: Int) -> Int {
    let count = max(0, limit - bytes) / entryBytes
    return events == 0 ? max(1, count) : count
  }
}
