import CardGateway
import EventStreams

/// Intents: made, found again, and moved on by their names.
extension CardsOverHTTP {
  /// What is asked of an intent by its name.
  enum Step: Sendable {
    case confirm(isRiderThere: Bool)
    case capture(Int)
    case cancel

    /// Whether an intent that stands so is done with it, one way or the other.
    func isSettled(_ status: PaymentIntent.Status) -> Bool {
      switch self {
      case .confirm: status != .requiresConfirmation
      case .capture: status != .requiresCapture
      case .cancel: status == .canceled || status == .succeeded
      }
    }
  }

  /// An intent of which the bank has been asked.
  func paid(_ request: CardRequest, _ amount: Int, isHeld: Bool) async throws -> PaymentIntent {
    let intent = try await made(request, amount, isHeld: isHeld)
    switch intent.status {
    case .requiresConfirmation: break
    case .requiresPaymentMethod: throw CardGatewayError.declined(Self.decline(of: intent))
    default: return intent
    }
    return try await settled(intent.id, by: .confirm(isRiderThere: isHeld), key: request.key)
  }

  /// The intent for what is asked: a new one, or the one that was made earlier.
  private func made(_ request: CardRequest, _ amount: Int, isHeld: Bool) async throws -> PaymentIntent {
    guard let token = request.token else { throw Unprocessable("no card to charge") }
    let name = CardGatewayClient.name(of: request.key)
    if isOld(request) {
      let known = try await client.intents(saying: PaymentIntent.Metadata(Said.key, name))
      // Of several, only one can have been confirmed.
      if let intent = known.max(by: { $0.progress < $1.progress }) { return intent }
    }
    let new = CardGatewayClient.NewIntent(
      amount: amount, currency: request.amount.currency.code, card: token, isHeld: isHeld, metadata: said(of: request))
    for generation in 0..<Self.generations {
      switch await made(new, key: "\(name)-\(generation)") {
      case .success(let intent): return intent
      // Whether it was made or not: nothing has moved, and nobody will confirm it.
      case .failure(.failed): continue
      case .failure(let error): throw error
      }
    }
    throw Self.gaveUp
  }

  private func made(
    _ new: CardGatewayClient.NewIntent, key: String
  ) async -> Result<PaymentIntent, CardGatewayError> {
    do throws(CardGatewayError) { return .success(try await client.create(new, key: key)) } catch {
      return .failure(error)
    }
  }

  /// An intent after something was asked of it by its name. Where that is not known to have been done, or can't be done any more, it is asked how
  /// it stands.
  func settled(_ intent: String, by step: Step, key: String) async throws -> PaymentIntent {
    let name = CardGatewayClient.name(of: key)
    for generation in 0..<Self.generations {
      switch await asked(step, of: intent, key: "\(name)-\(generation)") {
      case .success(let answer) where step.isSettled(answer.status): return answer
      case .success, .failure(.failed): break
      case .failure(let error) where error.isUnexpectedState: break
      case .failure(let error): throw error
      }
      let standing = try await client.intent(intent)
      if standing.status == .requiresPaymentMethod { throw CardGatewayError.declined(Self.decline(of: standing)) }
      if step.isSettled(standing.status) { return standing }
    }
    throw Self.gaveUp
  }

  private func asked(
    _ step: Step, of intent: String, key: String
  ) async -> Result<PaymentIntent, CardGatewayError> {
    do throws(CardGatewayError) {
      switch step {
      case .confirm(let isRiderThere):
        return .success(try await client.confirm(intent, isRiderThere: isRiderThere, key: key))
      case .capture(let amount): return .success(try await client.capture(amount, of: intent, key: key))
      case .cancel: return .success(try await client.cancel(intent, key: key))
      }
    } catch {
      return .failure(error)
    }
  }
}

extension PaymentIntent {
  /// Of several that were made for one thing, the one that has come furthest counts.
  fileprivate var progress: Int {
    switch status {
    case .succeeded: 6
    case .requiresCapture: 5
    case .processing: 4
    case .requiresAction: 3
    case .requiresPaymentMethod: 2
    case .requiresConfirmation, .unknown: 1
    case .canceled: 0
    }
  }
}
