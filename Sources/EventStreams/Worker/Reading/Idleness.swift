/// How long a reader lets pass between reads that can't wait for what is to come: not at all while there is something, longer and longer while
/// there is nothing.
struct Idleness {
  private var turns = 0

  private static let shortest = Duration.milliseconds(2)
  private static let longest = Duration.milliseconds(250)

  /// How long to wait after a read.
  ///
  /// - Parameter most: zero if it gave something.
  mutating func next(atMost most: Duration) -> Duration {
    guard most > .zero else {
      turns = 0
      return .zero
    }
    defer { turns = min(turns + 1, 10) }
    return min(Self.shortest * (1 << turns), Self.longest, most)
  }

  /// Waits so long.
  mutating func wait(atMost most: Duration) async throws {
    let time = next(atMost: most)
    if time > .zero { try await Task.sleep(for: time) }
  }
}
