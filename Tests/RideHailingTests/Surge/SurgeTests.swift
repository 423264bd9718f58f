import EventStreams
import EventStreamsTesting
import Testing

@testable import RideHailing

/// Surge without a server: what events come to, in whatever order.
@Suite("Surge") struct SurgeTests {
  /// Events of the future count as of now: these are all of the past.
  static let start = Timestamp(secondsSinceEpoch: Timestamp.now().minute * 60 - 3 * 3600)
  static let place = Coordinate(latitude: 48.85, longitude: 2.35)
  static let elsewhere = Coordinate(latitude: 48.95, longitude: 2.55)
  static let cell = Geohash.cell(of: Coordinate(latitude: 48.85, longitude: 2.35) ?? .example)

  static func request(
    _ id: String, _ place: Coordinate? = place, at seconds: Int, pool: String? = nil, quote: Quote? = nil
  ) -> EncodedEvent {
    EncodedEvent(
      RideRequested(rideID: id, riderID: nil, city: "Paris", pickup: place, pool: pool, quote: quote),
      timestamp: start + .seconds(seconds))
  }

  static func requests(_ count: Int, at seconds: Int, _ name: String = "r", pool: String? = nil) -> [EncodedEvent] {
    (0..<count).map { request("\(name)\(seconds)-\($0)", at: seconds, pool: pool) }
  }

  static func cars(_ vacant: Int, at seconds: Int, for duration: Int = 600, pool: String? = nil) -> EncodedEvent {
    let at = start + .seconds(seconds)
    return EncodedEvent(
      CarsSeen(
        city: "Paris", pool: pool, at: at, until: at + .seconds(duration), cells: [.init(cell, vacant: vacant)]),
      timestamp: at)
  }

  static func tick(_ minute: Int) -> EncodedEvent {
    EncodedEvent(SurgeTick(city: "Paris", minute: Int(start.minute) + minute))
  }

  /// What has been published, and the state, in which what waits is left out: when it is due depends on the clock.
  static func outcome(_ harness: ServiceHarness) async throws -> String {
    var lines = await harness.published.map { String(decoding: $0.json, as: UTF8.self) }
    for hash in [SurgeState.prices, SurgeState.counts, SurgeState.cars, SurgeState.cities] {
      for (field, value) in try await harness.hash(hash).sorted(by: { $0.key < $1.key }) {
        lines.append("\(hash) \(field) \(value.split(separator: ",\"scheduled\"")[0])")
      }
    }
    return lines.joined(separator: "\n")
  }

  static func updates(_ harness: ServiceHarness) async throws -> [SurgeUpdated] {
    try await harness.published.filter { $0.type == SurgeUpdated.eventType }.map {
      try SurgeUpdated(ofEvent: $0.json.span)
    }
  }

  /// The price of the place after each tick that changed it, in minutes since the start.
  static func course(_ harness: ServiceHarness, pool: String? = nil) async throws -> [Int: Int] {
    var course: [Int: Int] = [:]
    for update in try await updates(harness) {
      for change in update.cells where change.cell == cell && change.pool == pool {
        course[update.minute - Int(start.minute)] = change.multiplierPercent
      }
    }
    return course
  }

  private func handling(_ events: [EncodedEvent]) async -> ServiceHarness {
    let harness = ServiceHarness(SurgeService().service)
    for event in events { await harness.handle(event) }
    return harness
  }

  @Test("rises by no more than half a fare a minute, and goes back to the plain price though nothing happens anywhere")
  func decay() async throws {
    let harness = await handling(Self.requests(40, at: 30) + (1...15).map { Self.tick($0) })
    #expect(
      try await Self.course(harness) == [1: 150, 2: 200, 3: 250, 4: 300, 6: 250, 7: 200, 8: 150, 9: 100])
    // It is at rest then: nothing is kept, and no tick waits.
    #expect(try await harness.hash(SurgeState.prices).isEmpty)
    #expect(try await harness.hash(SurgeState.counts).isEmpty)
    let clock = try #require(try await harness.field(SurgeState.cities, "Paris"))
    #expect(!clock.contains("scheduled"))
  }

  @Test("goes back in the same way when others go on")
  func decayBesideOthers() async throws {
    let others = (1...16).map { Self.request("o\($0)", Self.elsewhere, at: $0 * 60 + 5) }
    let harness = await handling(Self.requests(40, at: 30) + others)
    #expect(
      try await Self.course(harness) == [1: 150, 2: 200, 3: 250, 4: 300, 6: 250, 7: 200, 8: 150, 9: 100])
  }

  @Test("has a tick wait as long as anything may change, a minute after what it counts")
  func ticks() async throws {
    let now = Int((Timestamp.now() - Self.start).components.seconds)
    let harness = await handling(Self.requests(40, at: now))
    let waiting = await harness.scheduled
    #expect(waiting.map(\.event.type) == [SurgeTick.eventType])
    #expect(waiting[0].due > .now())
    await harness.handle(waiting[0].event)
    #expect(await harness.scheduled.count == 2)
    // What happened hours ago waits for nothing.
    #expect(await handling(Self.requests(40, at: 30)).scheduled.isEmpty)
  }

  @Test("takes no tick for one that is not due yet")
  func early() async throws {
    let harness = await handling(Self.requests(40, at: 30))
    let future = Int(Timestamp.now().minute) + 5
    await harness.handle(EncodedEvent(SurgeTick(city: "Paris", minute: future)))
    #expect(await harness.published.isEmpty)
    await harness.handle(EncodedEvent(SurgeTick(city: "Nowhere", minute: Int(Self.start.minute))))
    #expect(try await harness.hash(SurgeState.cities).count == 1)
  }

  @Test("comes to the same in every order in which events may come", arguments: 1...12 as ClosedRange<UInt64>)
  func order(_ seed: UInt64) async throws {
    var generator = SplitMix64(seed: seed)
    var events: [(seconds: Int, event: EncodedEvent)] = []
    for index in 0..<600 {
      // An evening with a rush, and one look at the cars a minute.
      let seconds = index < 300 ? generator.pick(0..<1800) : generator.pick(600..<900)
      let place = Coordinate(
        latitude: 48.85 + Double(generator.pick(-9..<10)) / 1000,
        longitude: 2.35 + Double(generator.pick(-9..<10)) / 1000)
      switch generator.pick(0..<10) {
      case 0:
        let at = Self.start + .seconds(seconds)
        let cells = (0..<5).map {
          CarsSeen.Cell(
            Geohash.cell(of: Coordinate(latitude: 48.83 + Double($0) / 100, longitude: 2.35) ?? .example),
            vacant: generator.pick(0..<4))
        }
        events.append(
          (
            seconds,
            EncodedEvent(
              CarsSeen(
                city: "Paris", at: at, until: at + .seconds(generator.pick(30..<400)), cells: cells, part: index),
              timestamp: at)
          ))
      case 1...3:
        let quote = Quote(price: Money(1000, .eur), lockedUntil: Self.start + .seconds(seconds + 60))
        events.append(
          (
            seconds,
            EncodedEvent(
              RideQuoted(rideID: "q\(index)", riderID: nil, city: "Paris", pickup: place, quote: quote),
              timestamp: Self.start + .seconds(seconds))
          ))
      default: events.append((seconds, Self.request("r\(index)", place, at: seconds)))
      }
    }
    let end = (1...20).map { (1800 + $0 * 60, Self.request("end\($0)", Self.elsewhere, at: 1800 + $0 * 60)) }
    let inOrder = await handling((events.sorted { $0.seconds < $1.seconds } + end).map(\.1))
    // Each comes up to a minute late.
    let late = events.map { ($0.seconds + generator.pick(0..<60), $0.event) }.sorted { $0.0 < $1.0 }
    let shuffled = await handling((late + end).map(\.1))
    #expect(try await Self.updates(inOrder).count > 10)
    let (one, other) = (try await Self.outcome(inOrder), try await Self.outcome(shuffled))
    #expect(one == other)
  }

  @Test("says once a minute for each city what has changed, at the time from which on it holds")
  func once() async throws {
    let harness = await handling(Self.requests(200, at: 30) + (1...12).map { Self.tick($0) })
    let updates = try await Self.updates(harness)
    #expect(Set(updates.map(\.minute)).count == updates.count)
    #expect(updates.allSatisfy { !$0.cells.isEmpty && Set($0.cells.map(\.cell)).count == $0.cells.count })
    // The neighbours have risen as well.
    #expect(updates[0].cells.count > 20)
    for event in await harness.published {
      let header = try EventHeader(ofEvent: event.json.span, fallbackID: "")
      let update = try SurgeUpdated(ofEvent: event.json.span)
      #expect(header.timestamp == Timestamp(secondsSinceEpoch: Int64(update.minute) * 60))
    }
    // Nothing is said where nothing changes.
    #expect(try await Self.updates(await handling(Self.requests(3, at: 30) + [Self.tick(1), Self.tick(2)])).isEmpty)
  }

  @Test(
    "takes vacant cars for supply as long as they are not too old, and the cars that became free where nobody tells")
  func supply() async throws {
    let asked = Self.requests(40, at: 30)
    let ticks = (1...4).map { Self.tick($0) }
    #expect(try await Self.course(await handling([Self.cars(60, at: 0)] + asked + ticks)).isEmpty)
    // From the third minute on they do not count any more.
    let expired = try await Self.course(await handling([Self.cars(60, at: 0, for: 150)] + asked + ticks))
    #expect(expired == [3: 150, 4: 200])
    // Of another pool.
    let others = try await Self.course(await handling([Self.cars(60, at: 0, pool: "xl")] + asked + ticks))
    #expect(others == [1: 150, 2: 200, 3: 250, 4: 300])

    var ride = completedRide()
    ride.city = "Paris"
    ride.dropoff = Self.place
    let freed = (0..<60).map { index in
      ride.rideID = "c\(index)"
      return EncodedEvent(ride, timestamp: Self.start + .seconds(20))
    }
    #expect(try await Self.course(await handling(freed + asked + ticks)).isEmpty)
    // Who knows where cars are needs not guess.
    let seen = try await Self.course(await handling(freed + [Self.cars(0, at: 0)] + asked + ticks))
    #expect(seen == [1: 150, 2: 200, 3: 250, 4: 300])
  }

  @Test("counts a look at a price as half a request, and one who looks and then asks once")
  func quotes() async throws {
    let quote = Quote(price: Money(1000, .eur), lockedUntil: Self.start + .seconds(300))
    let looks = (0..<40).map {
      EncodedEvent(
        RideQuoted(rideID: "q\($0)", riderID: nil, city: "Paris", pickup: Self.place, quote: quote),
        timestamp: Self.start + .seconds(10))
    }
    let quoted = (0..<40).map { Self.request("q\($0)", at: 30, quote: quote) }
    func demand(_ events: [EncodedEvent]) async throws -> Int? {
      try await Self.updates(await handling(events + [Self.tick(1)])).first?.cells.first { $0.cell == Self.cell }?
        .demand
    }
    #expect(try await demand(Self.requests(40, at: 30)) == 40)
    #expect(try await demand(looks) == 20)
    #expect(try await demand(looks + quoted) == 40)
  }

  @Test("has a price of its own for each pool of cars, by a policy of its own from its moment on")
  func pools() async throws {
    let policy = EncodedEvent(
      SurgePolicySet(
        city: "Paris", pool: "xl", from: Self.start + .seconds(180), policy: SurgePolicy(maximum: 15, step: 3)),
      timestamp: Self.start)
    let harness = await handling(
      [policy] + Self.requests(40, at: 30) + Self.requests(40, at: 40, "x", pool: "xl") + (1...6).map { Self.tick($0) })
    #expect(try await Self.course(harness) == [1: 150, 2: 200, 3: 250, 4: 300, 6: 250])
    #expect(try await Self.course(harness, pool: "xl") == [1: 150, 2: 200, 3: 170, 4: 150, 6: 120])
    #expect(try await harness.hash(SurgeState.policies).count == 1)
  }

  @Test("refuses a ride that is asked for at a price that is not held any more, and no other")
  func lock() async throws {
    let quote = Quote(id: "q", price: Money(1230, .eur), lockedUntil: Self.start + .seconds(60))
    let harness = await handling([
      Self.request("held", at: 60, quote: quote), Self.request("late", at: 61, quote: quote),
      Self.request("none", at: 61),
      // Without a place there is no demand to be counted, and a price all the same.
      Self.request("nowhere", nil, at: 62, quote: quote),
    ])
    let refused = try await harness.published.filter { $0.type == QuoteRefused.eventType }
      .map { try QuoteRefused(ofEvent: $0.json.span) }
    #expect(refused.map(\.rideID) == ["late", "nowhere"])
    #expect(refused.allSatisfy { $0.quote == quote && $0.reason.contains("EUR 12.30 was held until") })
  }

  @Test("goes on from whatever time an event says it is of, and says nothing that nobody could read")
  func times() async throws {
    let times = ["0000-01-01T00:00:00Z", "1970-01-01T00:00:30Z", "1970-01-01T00:10:00Z", "9999-12-31T23:59:59Z"]
    let harness = ServiceHarness(SurgeService().service)
    for (index, time) in times.enumerated() {
      for ride in 0..<40 {
        await harness.handle(
          RideRequested(rideID: "\(index)-\(ride)", riderID: nil, city: "Paris", pickup: Self.place),
          timestamp: try Timestamp(iso8601: time))
      }
    }
    for event in await harness.published { #expect(try EventCatalog.rides.read(event.json.span).id == event.id) }
    // What was of 1970 has gone back long ago, and what is of the future counts as of now.
    #expect(try await Self.updates(harness).last?.cells.allSatisfy { $0.multiplierPercent == 100 } == true)
    let clock = try #require(try await harness.field(SurgeState.cities, "Paris"))
    #expect(clock.contains("\"frontier\":\(Timestamp.now().minute + 1)") || clock.contains("\(Timestamp.now().minute)"))
  }

  @Test("keeps cells, pools and cities apart, whatever their names are made of")
  func names() throws {
    for (pool, city) in [("", "Paris"), ("3/xl", "New/York/1"), ("é", "0//"), ("a", "b")] {
      let field = SurgeField(cell: GridCell(Self.cell), pool: pool, city: city)
      let read = try #require(SurgeField(field.text[...], hasCell: true))
      #expect(read.cell == field.cell && read.pool.hasSameBytes(as: pool) && read.city.hasSameBytes(as: city))
    }
    for wrong in ["", "u09tvw", "u09tvw/", "u09tvw/9/xl/Paris", "u09tva/0//Paris", "u09tvw/-1/x"] {
      #expect(SurgeField(wrong[...], hasCell: true) == nil, "\(wrong)")
    }
  }
}
