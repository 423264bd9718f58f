import EventStreams
import EventStreamsTesting
import GRDB
import HiredisClient
import RideHailing
import Testing

@Suite("A rating") struct RatingTests {
  private static let end = Timestamp.now()
  private static let month = Duration.seconds(30 * 24 * 3600)

  private func rating(
    _ ride: String = "r1", driver: String = "driver-1", stars: Int = 5, by: Rater = .rider, rider: String? = nil
  ) -> RideRated {
    RideRated(
      rideID: ride, driverID: driver, city: "New York", stars: stars, by: by,
      riderID: rider ?? (by == .driver ? "rider-1" : nil))
  }

  /// What the service makes of events, each handled at its time, with what it schedules and publishes in between.
  private func outcome(
    _ events: [(RideRated, after: Duration)], until: Duration? = nil
  ) async throws -> (shown: [RatingRevealed], refused: [String], harness: ServiceHarness) {
    let harness = ServiceHarness(RatingService().service)
    await harness.handle(completedRide(), timestamp: Self.end)
    for (index, (rating, after)) in events.enumerated() {
      await harness.handleWhatIsDue(by: Self.end + after)
      await harness.handle(rating, id: "rated-\(index)", timestamp: Self.end + after)
      await count(harness)
    }
    if let until { await harness.handleWhatIsDue(by: Self.end + until) }
    await count(harness)
    let published = await harness.published
    let shown = try published.filter { $0.type == RatingRevealed.eventType }.map {
      try RatingRevealed(ofEvent: $0.json.span)
    }
    let refused = try published.filter { $0.type == RatingRefused.eventType }.map {
      try RatingRefused(ofEvent: $0.json.span).reason
    }
    return (shown, refused, harness)
  }

  /// Has the service handle what it has shown.
  private func count(_ harness: ServiceHarness) async {
    for event in await harness.published where event.type == RatingRevealed.eventType {
      _ = await harness.handle(event)
    }
  }

  @Test("is hidden until the other has rated as well; then both count, and nothing waits any more")
  func both() async throws {
    let one = try await outcome([(rating(stars: 4), .seconds(60))])
    #expect(one.shown.isEmpty && one.refused.isEmpty)
    #expect(try await one.harness.hash("closed").isEmpty)
    #expect(try await one.harness.hash("recent").isEmpty)
    #expect(await one.harness.scheduled.map(\.due) == [Self.end + Self.month])

    let two = try await outcome([(rating(stars: 4), .seconds(60)), (rating(stars: 2, by: .driver), .seconds(90))])
    #expect(two.shown.map(\.given) == [4, 2] && two.shown.map(\.by) == [.rider, .driver])
    #expect(try await two.harness.hash("recent") == ["driver:driver-1": "4", "rider:rider-1": "2"])
    #expect(await two.harness.scheduled.isEmpty)
  }

  @Test("of one alone is shown when 30 days are over, and can't be answered any more")
  func over() async throws {
    let alone = try await outcome([(rating(stars: 2, by: .driver), .seconds(60))], until: Self.month)
    #expect(alone.shown.map(\.given) == [2])
    #expect(try await alone.harness.hash("recent") == ["rider:rider-1": "2"])
    let late = try await outcome([
      (rating(stars: 2, by: .driver), .seconds(60)), (rating(), Self.month + .microseconds(1)),
    ])
    #expect(late.refused.count == 1 && late.refused[0].contains("could be rated until"), "\(late.refused)")
  }

  @Test("counts for the ride's own people, once each; all others are refused, with the reason")
  func own() async throws {
    let result = try await outcome(
      [
        rating("nothing"), rating(driver: "driver-2"), rating(by: .driver, rider: "rider-2"),
        rating(driver: "driver-2", by: .driver), rating(rider: "rider-2"), rating(stars: 4), rating(stars: 4),
        rating(stars: 1), rating(stars: 3, by: .driver), rating(stars: 5, by: .driver),
      ].map { ($0, .seconds(60)) })
    #expect(
      result.refused == [
        "no such ride was completed in New York", "the ride's driver is driver-1, not driver-2",
        "the ride's rider is rider-1, not rider-2", "the ride's driver is driver-1, not driver-2",
        "the ride's rider is rider-1, not rider-2", "the ride has been rated already by its rider",
        "the ride has been rated already by its driver",
      ])
    #expect(result.shown.map(\.given) == [4, 3])
  }

  @Test("is one of the last 500 that are kept of a person, and no mean of fewer than five is shown")
  func bounded() async throws {
    let harness = ServiceHarness(RatingService().service)
    for index in 0..<620 {
      var ride = completedRide("r\(index)")
      ride.riderID = "rider-\(index)"
      await harness.handle(ride, timestamp: Self.end)
      await harness.handle(rating(ride.rideID, stars: index < 120 ? 1 : 5), timestamp: Self.end)
      await harness.handle(
        rating(ride.rideID, stars: 3, by: .driver, rider: ride.riderID), timestamp: Self.end)
    }
    await count(harness)
    let recent = try await harness.hash("recent")
    #expect(recent["driver:driver-1"] == String(repeating: "5", count: 500))
    #expect(recent.count == 621)
    #expect(RatingMean(count: 4, stars: 20).hundredths == nil)
    #expect(RatingMean(count: 6, stars: 29).hundredths == 483)
    #expect(RatingMean(count: 200, stars: 801).hundredths == 401)
  }

  @Test("of a ride that was completed when only riders rated counts at once, as it did, and drivers can't rate it")
  func earlier() async throws {
    try await RideBench.run { bench in
      let ride = completedRide()
      try await bench.handle([EncodedEvent(ride)], by: ["rating"])
      // As a worker of that time has left it.
      let shard = bench.namespace.shard(of: ride.city)
      let key = bench.namespace.state(shard, "rating", "windows")
      let window = try #require(try await bench.connection.strings(["HMGET", key, "r1"]).first)
      _ = try await bench.connection.call(
        "HSET", key, "r1", window.replacing(#","blind":true"#, with: ""))
      try await bench.handle(
        [EncodedEvent(rating(stars: 4)), EncodedEvent(rating(by: .driver))], by: ["rating"])
      let state = RideState(bench.state)
      #expect(try await state.ratings(ofRide: "r1").rider == 4)
      #expect(
        try await state.ratings(of: AccountHolder(.driver, "driver-1")) == RatingMean(count: 1, stars: 4))
      let refused = try await bench.events("RATING_REFUSED")
      #expect(refused.count == 1 && refused[0].contains("when only riders rated"), "\(refused)")
    }
  }

  /// What all stars come to that analysts are shown.
  private func stars(_ bench: RideBench) throws -> Int? {
    try DatabaseQueue(path: bench.configuration.archivePath).read {
      try Int.fetchOne($0, sql: "SELECT coalesce(sum(stars), 0) FROM ratings")
    }
  }

  @Test("is not to be seen by any way of asking about the ride before it may be shown")
  func unseen() async throws {
    try await RideBench.run { bench in
      try await bench.handle([EncodedEvent(completedRide())], by: ["rating", "analytics"])
      var rated = rating(stars: 2)
      rated.comment = "late"
      try await bench.handle([EncodedEvent(rated)], by: ["rating", "analytics"])
      let report = try #require(try await RideReport.read("r1", bench.namespace, bench.connection))
      let text = String(decoding: JSONWriter.bytes(of: report), as: UTF8.self)
      #expect(text.contains(#""stars":"***""#) && !text.contains("late") && !text.contains(#""stars":2"#), "\(text)")
      #expect(!report.outcome.lines.joined().contains("2 of 5"), "\(report.outcome.lines)")
      #expect(report.outcome.lines.joined().contains("hidden until both have rated"), "\(report.outcome.lines)")
      #expect(try stars(bench) == 0)
      try await bench.handle([EncodedEvent(rating(stars: 5, by: .driver))], by: ["rating", "analytics"])
      #expect(try stars(bench) == 7)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }
}
