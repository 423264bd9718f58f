public import CardGateway
public import EventArchive
import EventStreams
public import EventStreamsOperations

/// Holds what the events say was captured from cards and went back against the gateway's own list of charges.
///
/// May run while payment works: a charge that is on its way is in one list and not yet in the other, so what differs is looked at once more
/// a little later, and only what differs then as it did before is a difference.
public struct GatewayReconciliation: Sendable {
  private let inspector: Inspector
  private let state: ServiceState
  private let shardCount: Int
  private let archive: ArchiveReader?
  private let services: RideServices
  private let client: CardGatewayClient
  private let pause: @Sendable () async throws -> Void

  /// The books of a namespace, and the gateway.
  ///
  /// - Parameters:
  ///   - inspector: reads the logs.
  ///   - state: of the namespace's services.
  ///   - shardCount: of the namespace.
  ///   - archive: what the logs have no more; nil if there is none.
  ///   - services: those of the namespace.
  ///   - client: asks the gateway.
  ///   - pause: between two looks.
  public init(
    inspector: Inspector, state: ServiceState, shardCount: Int, archive: ArchiveReader?, services: RideServices,
    client: CardGatewayClient,
    pause: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(2)) }
  ) {
    self.inspector = inspector
    self.state = state
    self.shardCount = shardCount
    self.archive = archive
    self.services = services
    self.client = client
    self.pause = pause
  }

  /// What was captured and went back of it, in minor units.
  private struct Sums {
    var ride: String
    var currency: Currency?
    var captured = 0
    /// For one ride.
    var greatest = 0
    var refunded = 0
    var isHeld = false
    var isDisputed = false

    /// For people.
    var text: String { currency.map { "\(Money(captured, $0))" } ?? "\(captured)" }
    var back: String { currency.map { "\(Money(refunded, $0))" } ?? "\(refunded)" }
  }

  /// Reads both, and compares them; once more if they differ.
  public func run() async throws -> GatewayReport {
    let first = try await look()
    guard !first.differences.isEmpty else { return first }
    try await pause()
    var second = try await look()
    second.keep(first.differences)
    return second
  }

  private func look() async throws -> GatewayReport {
    let books = try await books()
    let holds = try await holds()
    let list = try await list()
    var report = GatewayReport()
    report.foreign = list.foreign
    for (name, own) in books.sorted(by: { $0.key < $1.key }) {
      report.charges += 1
      if let currency = own.currency { report.captured[currency, default: 0] += own.captured - own.refunded }
      guard let other = list.ours[name], !other.isHeld else {
        report.add(.missingThere, name, own.ride, "\(own.text) captured", "nothing")
        continue
      }
      if own.currency != other.currency {
        report.add(.currency, name, own.ride, own.text, other.text)
      }
      if own.captured != other.captured {
        report.add(.captured, name, own.ride, own.text, other.text)
      }
      if own.refunded != other.refunded {
        report.add(.refunded, name, own.ride, own.back, other.back)
      }
    }
    for (name, own) in books.sorted(by: { $0.key < $1.key }) {
      guard let other = list.ours[name], own.isDisputed != other.isDisputed else { continue }
      func text(_ sums: Sums) -> String { sums.isDisputed ? "\(sums.text) contested" : "not contested" }
      report.add(.disputed, name, own.ride, text(own), text(other))
    }
    for (name, other) in list.ours.sorted(by: { $0.key < $1.key }) where books[name] == nil {
      if !other.isHeld {
        report.add(.missingHere, name, other.ride, "nothing", "\(other.text) captured")
      } else if !holds.contains(name) {
        report.add(.heldThere, name, other.ride, "nothing", "\(other.text) held")
      }
    }
    return report
  }

  // MARK: Ours

  /// By the gateway's name, what the events say.
  private func books() async throws -> [Identifier: Sums] {
    var books: [Identifier: Sums] = [:]
    for shard in 0..<shardCount {
      var facts = ShardFacts()
      var history = ShardHistory(of: services.archive, shard: shard, inspector: inspector, archive: archive)
      while let event = try await history.nextEvent() {
        guard let header = event.header else { continue }
        facts.add(event, header)
        // A tip is a charge of its own, of which nothing goes back.
        guard header.type == TipCaptured.eventType, let tip = try? TipCaptured(ofEvent: event.json.span),
          let name = tip.reference
        else { continue }
        books[Identifier(name)] = Sums(ride: tip.rideID, currency: tip.currency, captured: tip.amount)
      }
      for (ride, facts) in facts.rides {
        for (name, charge) in facts.charges {
          // Of a charge that paid several rides, the one that it was made for is the one that cost most: what was owed was too little by itself.
          var sums = books[name] ?? Sums(ride: ride.text, currency: facts.fare?.currency)
          if charge.captured > sums.greatest { (sums.ride, sums.greatest) = (ride.text, charge.captured) }
          sums.captured += charge.captured
          sums.refunded += charge.refunded - charge.failed
          books[name] = sums
        }
      }
      for dispute in facts.rides.values.lazy.flatMap(\.disputes.values) { books[dispute.charge]?.isDisputed = true }
    }
    return books
  }

  /// The gateway's names of what is held.
  private func holds() async throws -> Set<Identifier> {
    var names: Set<Identifier> = []
    for found in try await state.hash(PaymentService.name, CardHold.hash) {
      var parser = JSONParser()
      let hold = try CardHold(from: parser.parse(found.value.value.utf8.span))
      if let reference = hold.reference { names.insert(Identifier(reference)) }
    }
    return names
  }

  // MARK: The gateway's

  /// By the intent's name, what the gateway has captured or holds for us; and how many charges are not ours.
  private func list() async throws -> (ours: [Identifier: Sums], foreign: Int) {
    var (ours, foreign): ([Identifier: Sums], Int) = ([:], 0)
    try await client.charges(since: nil) { (page) throws(CardGatewayError) in
      for charge in page where charge.status.hasSameBytes(as: "succeeded") && !charge.isReleased {
        guard let ride = charge.said(CardsOverHTTP.Said.ride), charge.said(CardsOverHTTP.Said.key) != nil else {
          foreign += 1
          continue
        }
        let code = charge.currency.uppercased()
        let currency = Currency(code)
        let digits = currency?.minorUnitDigits ?? 2
        func minor(_ amount: Int) -> Int {
          GatewayUnits(currency: code).minorUnits(amount, isoDigits: digits) ?? amount
        }
        let isHeld = charge.captured == 0
        var sums = ours[charge.intent ?? charge.id] ?? Sums(ride: ride, currency: currency)
        sums.isHeld = isHeld
        sums.isDisputed = sums.isDisputed || charge.isDisputed
        sums.captured += minor(isHeld ? charge.amount : charge.captured)
        sums.refunded += minor(charge.refunded)
        ours[charge.intent ?? charge.id] = sums
      }
    }
    return (ours, foreign)
  }
}
