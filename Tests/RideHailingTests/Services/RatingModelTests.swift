import EventStreams
import EventStreamsTesting
import Foundation
import RideHailing
import Testing

/// RATING_SEQUENCES says how many.
@Suite("Ratings, and a model of them in Python") struct RatingModelTests {
  private struct Sequence: Decodable {
    struct Step: Decodable {
      let kind: String
      let ride: Int
      let at: Int
      let by: String?
      let stars: Int?
      let driver: Int?
      let rider: Int?
    }

    let events: [Step]
    let recent: [String: String]
  }

  @Test("come to the same, whatever is rated, by whom and when")
  func same() async throws {
    let count = ProcessInfo.processInfo.environment["RATING_SEQUENCES"].flatMap { Int($0) } ?? 3_000
    let lines = try await PythonModel.lines("ratings.py", [String(count), "7"])
    #expect(lines.count == count)
    let middle = lines.count / 2
    async let first = Self.compare(lines[..<middle])
    async let second = Self.compare(lines[middle...])
    #expect(try await first + second > count, "most sequences come to something")
  }

  /// How much the sequences come to.
  private static func compare(_ lines: ArraySlice<Substring>) async throws -> Int {
    var counted = 0
    for line in lines {
      let sequence = try JSONDecoder().decode(Sequence.self, from: Data(line.utf8))
      let recent = try await Self.recent(sequence)
      counted += recent.count
      if recent != sequence.recent { Issue.record("\(line): \(recent)") }
    }
    return counted
  }

  private static func recent(_ sequence: Sequence) async throws -> [String: String] {
    let harness = ServiceHarness(RatingService().service)
    let end = Timestamp.now()
    var handled = 0
    func show() async {
      let published = await harness.published
      for event in published[handled...] where event.type == RatingRevealed.eventType {
        _ = await harness.handle(event)
      }
      handled = published.count
    }
    for (index, step) in sequence.events.enumerated() {
      let time = end + .seconds(step.at)
      await harness.handleWhatIsDue(by: time)
      await show()
      if let event = rating(step) {
        await harness.handle(event, id: "e\(index)", timestamp: time)
      } else {
        var ride = completedRide("r\(step.ride)")
        (ride.driverID, ride.riderID, ride.completedAt) = ("d\(step.ride % 2)", "u\(step.ride % 2)", end)
        await harness.handle(ride, id: "e\(index)", timestamp: time)
      }
      await show()
    }
    await harness.handleWhatIsDue(by: .latest)
    await show()
    return Dictionary(uniqueKeysWithValues: try await harness.hash("recent").map { ($0.key.text, $0.value) })
  }

  private static func rating(_ step: Sequence.Step) -> RideRated? {
    guard let by = step.by.flatMap(Rater.init), let stars = step.stars, let driver = step.driver else { return nil }
    return RideRated(
      rideID: "r\(step.ride)", driverID: "d\(driver)", city: "New York", stars: stars, by: by,
      riderID: step.rider.map { "u\($0)" })
  }
}
