import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing
import Synchronization

/// A gateway that remembers what it has done, and refuses what a real one refuses: a refund of no charge, or of more than was captured.
final class StrictGateway: PaymentGateway {
  struct Charge: Equatable {
    var captured: Int
    var refunded = 0
  }

  struct Refused: Error {}

  private struct Contents {
    var charges: [String: Charge] = [:]
    var calls = 0
    var isForgetful = false
    var keys: [String: ChargeResult] = [:]
  }

  private let contents = Mutex(Contents())

  /// By the gateway's name for them.
  var charges: [String: Charge] { contents.withLock { $0.charges } }
  /// How often anything was asked for.
  var calls: Int { contents.withLock { $0.calls } }

  /// As a real one does after a day or so.
  func forgetKeys() { contents.withLock { $0.keys = [:] } }

  func hold(_ request: CardRequest) async throws -> HoldAnswer { throw Refused() }
  func hold(named reference: String) async throws -> HoldAnswer { throw Refused() }
  func capture(_ request: CardRequest, ofHold reference: String) async throws -> ChargeResult { throw Refused() }
  func release(hold reference: String, key: String) async throws -> Bool { throw Refused() }

  func dispute(named reference: String) async throws -> DisputeAnswer? { throw Refused() }

  func charge(_ request: CardRequest) async throws -> ChargeResult {
    contents.withLock { contents in
      contents.calls += 1
      if let known = contents.keys[request.key] { return known }
      let name = "ch_\(contents.calls)"
      let result: ChargeResult =
        request.token?.hasPrefix("tok_declined") == true
        ? .declined(reference: name, reason: "insufficient funds", isHard: true) : .captured(reference: name)
      if result.declineReason == nil { contents.charges[name] = Charge(captured: request.amount.minorUnits) }
      contents.keys[request.key] = result
      return result
    }
  }

  func refund(named reference: String) async throws -> RefundAnswer? { nil }

  func refund(_ request: CardRequest, ofCharge charge: String) async throws -> String {
    try contents.withLock { contents in
      contents.calls += 1
      guard var known = contents.charges[charge], known.refunded + request.amount.minorUnits <= known.captured else {
        throw Refused()
      }
      known.refunded += request.amount.minorUnits
      contents.charges[charge] = known
      return "re_\(contents.calls)"
    }
  }
}

extension RideBench {
  /// The same with another gateway, another way out for mail, another commission, or cities that are known.
  func with(
    gateway: (any PaymentGateway)? = nil, mail: (any MailDelivery)? = nil, commissionBasisPoints: Int? = nil,
    cities: Cities? = nil
  ) -> RideBench {
    var configuration = configuration
    if let gateway { configuration.gateway = gateway }
    if let mail { configuration.mail = mail }
    if let cities { configuration.cities = cities }
    if let commissionBasisPoints { configuration.commissionBasisPoints = commissionBasisPoints }
    return RideBench(
      server: server, connection: connection, namespace: namespace, configuration: configuration, outbox: outbox)
  }

  /// Publishes, and lets these services handle it.
  func handle(_ events: [EncodedEvent], by services: [String] = ["payment", "driver"]) async throws {
    _ = try await publish(events)
    try await running(services) { try await settled(services) }
  }

  /// Makes the log forget what was published: as after days, or when the clock goes back.
  func forgetPublished() async throws {
    for key in try await connection.strings(["KEYS", "*:seen:*"]) { _ = try await connection.call("DEL", key) }
  }

  /// The events of some types in the log, in its order, as text.
  func events(_ types: String...) async throws -> [String] {
    var found: [String] = []
    let inspector = Inspector(namespace: namespace, connection: connection)
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let text = String(decoding: entry.json, as: UTF8.self)
        if types.contains(where: { text.contains(#""type":"\#($0)""#) }) { found.append(text) }
      }
    }
    return found
  }

  func balance(_ service: String, _ account: String, _ currency: String = "EUR") async throws -> Int {
    try await balances(service, account)[currency] ?? 0
  }
}
