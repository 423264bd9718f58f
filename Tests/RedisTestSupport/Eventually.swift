/// Polls until a condition holds.
///
/// - Parameter what: the condition, in words.
/// - Throws: ``NeverHappened`` if it does not hold within the limit, or what `condition` throws.
public func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
