import EventStreams
import Foundation
import GRDB
import Redis
import RideHailing
import Testing

/// Books with a bit of everything in them, in which nothing is wrong: rides paid, declined, too dear and in cash, corrected and refunded,
/// movements granted and refused, ratings that count and that don't, a price that has risen. Tests spoil them and put them back.
struct Books: Sendable {
  let bench: RideBench
  private let untouched: String

  static let driver = "driver-1"
  static let cashDriver = "driver-2"

  /// Makes them once, for all that `body` does.
  static func run(_ body: (Books) async throws -> Void) async throws {
    try await RideBench.run(arguments: ["--enable-debug-command", "yes"]) { bench in
      try await bench.running(RideServices.names) {
        for part in parts() {
          _ = try await bench.publish(part)
          try await bench.settled(RideServices.names)
        }
        // All of it once more: nothing comes of that.
        for part in parts() { _ = try await bench.publish(part) }
        try await bench.settled(RideServices.names)
      }
      _ = try await bench.connection.call("SAVE")
      let untouched = bench.configuration.archivePath + ".untouched"
      try copy(bench.configuration.archivePath, to: untouched)
      try await body(Books(bench: bench, untouched: untouched))
    }
  }

  private static func copy(_ archive: String, to path: String) throws {
    try DatabaseQueue(path: archive).inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
  }

  /// Audits what `spoil` leaves, and puts everything back.
  func report(
    archive: Bool = true, spoiling spoil: (Books) async throws -> Void = { _ in }
  ) async throws -> AuditReport {
    try await spoil(self)
    let report = try await bench.audit(archive: archive)
    _ = try await bench.connection.call("DEBUG", "RELOAD", "NOSAVE")
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: bench.configuration.archivePath + suffix)
    }
    try FileManager.default.copyItem(atPath: untouched, toPath: bench.configuration.archivePath)
    return report
  }

  // MARK: What is in them

  /// What is published, part by part: each is handled before the next.
  private static func parts() -> [[EncodedEvent]] {
    let city = completedRide().city
    let rider = AccountHolder(.rider, "rider-1")
    let start = Timestamp(secondsSinceEpoch: 1_775_212_200)
    func ride(_ id: String, _ payment: Payment, driver: String = driver, rider: String = "rider-1") -> RideCompleted {
      var ride = completedRide(id)
      ride.payment = payment
      ride.driverID = driver
      ride.riderID = rider
      ride.riderEmail = "\(rider)@example.com"
      ride.completedAt = start
      ride.dropoff = Coordinate(latitude: 40.75, longitude: -73.98)
      return ride
    }
    let card = Payment(.card, token: "tok_visa")
    let rides = [
      ride("card", card), ride("declined", Payment(.card, token: "tok_declined_stolen_card")),
      ride("wallet", Payment(.wallet)), ride("poor", Payment(.wallet), rider: "rider-2"),
      ride("cash", Payment(.cash), driver: cashDriver), ride("up", card), ride("down", card), ride("some", card),
      ride("all", card), ride("given", Payment(.card, token: "tok_declined_stolen_card")),
    ]
    func account<What: AccountEventKind>(
      _ holder: AccountHolder, _ amount: Int, _ name: String, reason: String? = nil, _ type: AccountEvent<What>.Type
    ) -> EncodedEvent {
      EncodedEvent(
        AccountEvent<What>(holder, city: city, amount: Money(amount, .usd), movement: name, reason: reason),
        timestamp: start)
    }
    func refund(_ ride: RideCompleted, _ amount: Int) -> EncodedEvent {
      EncodedEvent(
        RefundRequested(of: CorrectedRide(ride), amount: amount, correction: "r-\(ride.rideID)", reason: "late"),
        timestamp: start)
    }
    func adjusted(_ ride: RideCompleted, _ total: Int) -> [EncodedEvent] {
      let fare = ride.fare
      guard let new = fare.changed(total: total, tip: fare.tip, tolls: fare.tolls, taxes: fare.taxes) else { return [] }
      let request = FareAdjustmentRequested(
        of: CorrectedRide(ride), newFare: new, correction: "a-\(ride.rideID)", reason: "detour")
      return [EncodedEvent(request, timestamp: start)]
    }
    func rating(_ ride: String, _ driver: String, _ stars: Int, _ id: String) -> EncodedEvent {
      EncodedEvent(RideRated(rideID: ride, driverID: driver, city: city, stars: stars), id: id, timestamp: start)
    }
    let requests = (0..<6).map {
      EncodedEvent(
        RideRequested(
          rideID: "asked-\($0)", riderID: nil, city: city, pickup: Coordinate(latitude: 40.76, longitude: -73.97)),
        timestamp: start)
    }
    return [
      [account(rider, 5000, "d1", AccountDeposited.self)]
        + rides.map { EncodedEvent($0, timestamp: start) } + requests,
      adjusted(rides[5], 2000) + adjusted(rides[6], 1000) + [refund(rides[7], 500), refund(rides[8], 1380)]
        + [refund(rides[9], 1000)]
        + [
          account(AccountHolder(.driver, driver), 1500, "w1", AccountWithdrawalRequested.self),
          account(AccountHolder(.driver, cashDriver), 1, "w2", AccountWithdrawalRequested.self),
          account(AccountHolder(.driver, driver), 70, "adj", reason: "found a phone", AccountAdjusted.self),
          account(rider, 100, "w3", AccountWithdrawalRequested.self),
          account(rider, 100_000, "w4", AccountWithdrawalRequested.self),
          rating("card", driver, 5, "rated-1"), rating("wallet", driver, 4, "rated-2"),
          rating("card", driver, 1, "rated-3"),
          rating("cash", driver, 1, "rated-4"), rating("nobody", driver, 1, "rated-5"),
        ],
    ]
  }

  // MARK: Spoiling

  var shard: Int { bench.namespace.shard(of: completedRide().city) }

  func key(_ service: String, _ name: String) -> String { bench.namespace.state(shard, service, name) }

  /// Removes the entries of a journal from all accounts of a service, or adds them once more; keeps the balances right.
  func change(_ service: String, _ journal: String, times: Int) async throws {
    let prefix = key(service, "account:")
    for key in try await bench.connection.strings(["KEYS", "\(prefix)*"]) {
      try await rewrite(service, String(key.dropFirst(prefix.count))) { entry in
        Array(repeating: entry, count: entry.contains(#""journal":"\#(journal)""#) ? times : 1)
      }
    }
  }

  /// Writes the entries of an account anew; keeps its balances right.
  func rewrite(_ service: String, _ account: String, _ change: (String) -> [String]) async throws {
    let records = try await bench.state.records(service, "account:\(account)", as: AccountEntry.self)
    let key = key(service, "account:\(account)")
    _ = try await bench.connection.call("DEL", key)
    var difference = 0
    for entry in records.map(\.value) {
      difference -= entry.amount.minorUnits
      for json in change(String(decoding: JSONWriter.bytes(of: entry), as: UTF8.self)) {
        var parser = JSONParser()
        difference += try AccountEntry(from: parser.parse(json.utf8.span)).amount.minorUnits
        _ = try await bench.connection.call("XADD", key, "*", "record", json)
      }
    }
    try await move(service, account, difference)
  }

  /// Appends an entry to an account, and to its balance.
  func book(_ service: String, _ account: String, _ amount: Int, journal: String, kind: String, ride: String? = nil)
    async throws
  {
    let about = ride.map { #""ride":"\#($0)","# } ?? ""
    let json =
      #"{"journal":"\#(journal)","kind":"\#(kind)",\#(about)"amount":\#(amount),"currency":"USD","effectiveAt":"2026-04-03T10:30:00Z","recordedAt":"2026-04-03T10:30:00Z"}"#
    _ = try await bench.connection.call("XADD", key(service, "account:\(account)"), "*", "record", json)
    try await move(service, account, amount)
  }

  func move(_ service: String, _ account: String, _ amount: Int) async throws {
    _ = try await bench.connection.call("HINCRBY", key(service, "balances"), "\(account)|USD", "\(amount)")
  }

  /// Replaces a part of a field's value.
  func alter(_ service: String, _ hash: String, _ field: String, _ old: String, _ new: String) async throws {
    let value = try await bench.connection.strings(["HMGET", key(service, hash), field])[0]
    #expect(value.contains(old), "\(hash)[\(field)]: \(value)")
    _ = try await bench.connection.call("HSET", key(service, hash), field, value.replacing(old, with: new))
  }

  func remove(_ service: String, _ hash: String, _ field: String) async throws {
    #expect(try await bench.connection.integer(["HDEL", key(service, hash), field]) == 1, "\(hash)[\(field)]")
  }

  func set(_ service: String, _ hash: String, _ field: String, _ value: String) async throws {
    _ = try await bench.connection.call("HSET", key(service, hash), field, value)
  }

  /// Adds an event to the log as if a service had.
  func log(_ type: String, id: String, ride: String, shard: Int? = nil, _ data: String) async throws {
    let json =
      #"{"id":"\#(id)","type":"\#(type)","timestamp":"2026-04-03T10:30:00Z","key":"\#(ride)","data":{"rideId":"\#(ride)","city":"New York",\#(data)}}"#
    let topic = RideEvents.catalog.topic(of: EventType(rawValue: type))
    _ = try await bench.connection.call("XADD", bench.namespace.log(shard ?? self.shard, topic), "*", "event", json)
  }

  /// The event with an id, as it stands in the log.
  func event(_ id: String) async throws -> (stream: String, place: String, json: String) {
    let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
    for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
      let json = String(decoding: entry.json, as: UTF8.self)
      if json.contains(#""id":"\#(id)""#) { return (bench.namespace.log(shard, entry.topic), "\(entry.id)", json) }
    }
    return try #require(nil, "\(id)")
  }

  func removeEvent(_ id: String) async throws {
    let event = try await event(id)
    _ = try await bench.connection.call("XDEL", event.stream, event.place)
  }

  /// Adds the event with an id once more, with another text in it.
  func logAgain(_ id: String, _ old: String, _ new: String) async throws {
    let event = try await event(id)
    #expect(event.json.contains(old), "\(event.json)")
    _ = try await bench.connection.call(
      "XADD", event.stream, "*", "event", event.json.replacing(old, with: new))
  }

  func archive(_ sql: String) throws {
    try DatabaseQueue(path: bench.configuration.archivePath).write { try $0.execute(sql: sql) }
  }
}
