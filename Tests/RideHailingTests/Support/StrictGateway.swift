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
