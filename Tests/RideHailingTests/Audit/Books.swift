import EventStreams
import EventStreamsOperations
import Foundation
import GRDB
import HiredisClient
import RedisTestSupport
import Testing

@testable import RideHailing

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
      try await bench.running(RideServices.standard.names) {
        for part in parts() {
          _ = try await bench.publish(part)
          try await bench.settled(RideServices.standard.names)
        }
        // All of it once more: nothing comes of that.
        for part in parts() { _ = try await bench.publish(part) }
        try await bench.settled(RideServices.standard.names)
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
  ///
  /// - Parameter program: is told what the program makes of it; nil if that is not asked.
  func report(
    archive: Bool = true, program: ((TestProgram.Run) -> Void)? = nil,
    spoiling spoil: (Books) async throws -> Void = { _ in }
  ) async throws -> AuditReport {
    try await spoil(self)
    let report = try await bench.audit(archive: archive)
    if let program {
      let path = bench.configuration.archivePath
      program(
        try await TestProgram(built: "rides").run(
          ["audit", "--format", "json"] + (archive ? ["--archive", path] : []),
          variables: ["REDIS_URL": bench.server.url.description], folder: bench.server.folder))
    }
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
      ride("all", card), ride("back", card), ride("given", Payment(.card, token: "tok_declined_stolen_card")),
      ride("old", Payment(.card, token: "tok_declined_stolen_card"), rider: "rider-3"),
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
    func rating(_ ride: String, _ driver: String, _ stars: Int, _ id: String, by rater: Rater = .rider) -> EncodedEvent
    {
      let rating = RideRated(
        rideID: ride, driverID: driver, city: city, stars: stars, by: rater, riderID: rater == .driver ? "rider-1" : nil
      )
      return EncodedEvent(rating, id: id, timestamp: start)
    }
    func payout<What: PayoutEventKind>(_ name: String, _ amount: Int, _ type: PayoutEvent<What>.Type) -> EncodedEvent {
      EncodedEvent(
        PayoutEvent<What>(name, run: "R1", driverID: driver, city: city, amount: Money(amount, .usd)), timestamp: start)
    }
    let requests = (0..<12).map {
      EncodedEvent(
        RideRequested(
          rideID: "asked-\($0)", riderID: nil, city: city, pickup: Coordinate(latitude: 40.76, longitude: -73.97)),
        timestamp: start)
    }
    // Two minutes later, so that prices are made of what they asked for.
    let later = EncodedEvent(
      RideRequested(rideID: "later", riderID: nil, city: city, pickup: Coordinate(latitude: 40.76, longitude: -73.97)),
      timestamp: start + .seconds(120))
    // Two whose prices are held, from now on, since a hold ends: one takes place, the other is called off for a fee.
    let held = ["held", "off"].map {
      EncodedEvent(
        RideRequested(
          rideID: $0, riderID: "rider-1", city: city,
          quote: Quote(price: Money(1080, .usd), lockedUntil: .now() + .seconds(600)), payment: card))
    }
    let off = EncodedEvent(
      RideCancelled(
        rideID: "off", riderID: "rider-1", driverID: driver, city: city, by: .rider, at: start, fee: Money(400, .usd),
        riderEmail: "rider-1@example.com"), timestamp: start)
    // The first of them is contested, and that is lost.
    let contested = EncodedEvent(
      GatewayNotified(
        rideID: "held", riderID: "rider-1", city: city, notice: "evt_1", subject: "charge.dispute.closed",
        reference: "pi_RIDE_REQUESTED:held", dispute: "dp_lost_fee_held"), timestamp: start)
    // What was given back of another could not be had by its card.
    let failed = EncodedEvent(
      GatewayNotified(
        rideID: "back", riderID: "rider-1", city: city, notice: "evt_2", subject: "refund.failed",
        reference: "ch_RIDE_COMPLETED:back", refund: "re_RIDE_REFUNDED/4/back/failed"), timestamp: start)
    let tip = EncodedEvent(
      RideTipped(rideID: "up", riderID: "rider-1", driverID: driver, city: city, amount: Money(300, .usd)),
      timestamp: start)
    return [
      held,
      [account(rider, 5000, "d1", AccountDeposited.self), off, EncodedEvent(ride("held", card), timestamp: start)]
        + rides.map { EncodedEvent($0, timestamp: start) } + requests + [later],
      adjusted(rides[5], 2000) + adjusted(rides[6], 1000) + [refund(rides[7], 500), refund(rides[8], 1380)]
        + [refund(rides[10], 1000), refund(rides[9], 600)]
        + [
          account(AccountHolder(.driver, driver), 1500, "w1", AccountWithdrawalRequested.self),
          account(AccountHolder(.driver, cashDriver), 1, "w2", AccountWithdrawalRequested.self),
          account(AccountHolder(.driver, driver), 70, "adj", reason: "found a phone", AccountAdjusted.self),
          account(rider, 100, "w3", AccountWithdrawalRequested.self),
          account(rider, 100_000, "w4", AccountWithdrawalRequested.self),
          payout("P1", 100, PayoutRequested.self), payout("P2", 200, PayoutRequested.self),
          payout("P3", 1_000_000, PayoutRequested.self),
          rating("card", driver, 5, "rated-1"), rating("wallet", driver, 4, "rated-2"),
          rating("card", driver, 1, "rated-3"), rating("card", driver, 3, "rated-6", by: .driver),
          rating("some", driver, 2, "rated-7", by: .driver),
          rating("cash", driver, 1, "rated-4"), rating("nobody", driver, 1, "rated-5"),
        ],
      [
        payout("P2", 200, PayoutReturned.self), tip, contested, failed,
        EncodedEvent(
          WriteOffRequested(rideID: "old", riderID: "rider-3", city: city, reason: "too old"), timestamp: start),
      ],
    ]
  }

  // MARK: Spoiling

  var shard: Int { bench.namespace.shard(of: completedRide().city) }

  func key(_ service: String, _ name: String) -> String { bench.namespace.state(shard, service, name) }

  /// Removes a journal of a service, or adds it once more; keeps the balances right.
  func change(_ service: String, _ journal: String, times: Int) async throws {
    try await rewrite(service) { Array(repeating: $0, count: $0.id == journal ? times : 1) }
  }

  /// Removes what some journals of a service do to an account; keeps its balance right.
  func remove(_ service: String, _ account: Account, from isMeant: (Journal) -> Bool = { _ in true }) async throws {
    var removed = 0
    try await rewrite(service) { journal in
      guard isMeant(journal) else { return [journal] }
      let rest = journal.postings.filter { $0.account != account }
      removed += journal.postings.count - rest.count
      return [journal.with(rest)]
    }
    #expect(removed > 0, "nothing on \(account)")
  }

  /// Writes the journals of a service anew; keeps balances and counts right.
  ///
  /// - Parameter place: the stream of a journal that was in another, or nil.
  func rewrite(
    _ service: String, to place: (Journal, _ stream: String) -> String = { $1 }, _ change: (Journal) -> [Journal]
  ) async throws {
    let ledger = try await ShardLedger(service, shard: shard, from: bench.state)
    var found: [(stream: String, committed: EntryID, journal: Journal)] = []
    try await ledger.forEachJournal(in: ledger.buckets.keys) { found.append(($0, $1, $2)) }
    for stream in Set(names: found.map(\.stream)) {
      _ = try await bench.connection.call("DEL", key(service, stream.text))
    }
    for (stream, _, journal) in found.sorted(by: { $0.committed < $1.committed }) {
      try await count(journal, service, by: -1)
      for journal in change(journal) { try await add(journal, service, in: place(journal, stream)) }
    }
  }

  /// Books one side of a journal, and adds it to the balance.
  func book(_ service: String, _ account: String, _ amount: Int, journal: String, kind: String, ride: String? = nil)
    async throws
  {
    let time = Timestamp(secondsSinceEpoch: 1_775_212_200)
    let journal = Journal(
      id: journal, kind: try #require(AccountEntry.Kind(rawValue: kind)), rideID: ride, effectiveAt: time,
      recordedAt: time, corrects: nil, reason: nil, earning: nil,
      written: [.credit(Account(name: account), Money(amount, .usd))])
    try await add(journal, service, in: JournalBucket(recordedAt: time, effectiveAt: time).stream(journal.slice))
  }

  private func add(_ journal: Journal, _ service: String, in stream: String) async throws {
    let json = String(decoding: JSONWriter.bytes(of: journal), as: UTF8.self)
    _ = try await bench.connection.call("XADD", key(service, stream), "*", "record", json)
    try await count(journal, service, by: 1)
  }

  /// Moves what is kept beside journals by one of them, or by what there is no more of it.
  private func count(_ journal: Journal, _ service: String, by sign: Int) async throws {
    let bucket = JournalBucket(recordedAt: journal.recordedAt, effectiveAt: journal.effectiveAt).name
    func add(_ amount: Int, to hash: String, _ field: String) async throws {
      _ = try await bench.connection.call("HINCRBY", key(service, hash), field, "\(sign * amount)")
    }
    try await add(1, to: LedgerState.buckets, bucket)
    for posting in journal.postings {
      let field = LedgerState.field(posting.account, posting.amount.currency)
      if posting.account.holder == nil { try await add(1, to: LedgerState.buckets, "\(bucket)|\(field)") }
      try await add(posting.amount.minorUnits, to: LedgerState.balances, field)
    }
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
    let topic = RideServices.standard.catalog.topic(of: EventType(rawValue: type))
    try await bench.append(json, to: bench.namespace.log(shard ?? self.shard, topic))
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
    try await bench.append(event.json.replacing(old, with: new), to: event.stream)
  }

  func archive(_ sql: String) throws {
    try DatabaseQueue(path: bench.configuration.archivePath).write { try $0.execute(sql: sql) }
  }
}

extension Journal {
  /// The same with other postings, whatever they come to.
  fileprivate func with(_ postings: [Posting]) -> Journal {
    Journal(
      id: id, kind: kind, rideID: rideID, effectiveAt: effectiveAt, recordedAt: recordedAt, corrects: corrects,
      reason: reason, earning: earning, written: postings)
  }
}
