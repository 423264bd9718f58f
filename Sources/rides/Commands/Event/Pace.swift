/// Lets things happen at a steady rate.
struct Pace {
  private let perSecond: Double?
  private let start = ContinuousClock.now
  private var count = 0.0

  /// So many a second; as fast as possible if nil.
  init(perSecond: Double?) { self.perSecond = perSecond }

  /// Waits until `number` more may happen.
  mutating func wait(for number: Int) async throws {
    guard let perSecond else { return }
    count += Double(number)
    try await Task.sleep(until: start + .seconds(count / perSecond), clock: .continuous)
  }
}
