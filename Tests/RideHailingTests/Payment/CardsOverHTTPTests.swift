import CardGateway
import EventStreams
import GatewayDouble
import RideHailing
import Testing

/// Against a gateway that keeps what Stripe documents, and forgets as Stripe does.
@Suite struct CardsOverHTTPTests {
  private let double: GatewayDouble
  private let gateway: CardsOverHTTP

  init() throws {
    double = try GatewayDouble()
    gateway = CardsOverHTTP(double.client())
  }

  private func request(
    _ ride: String, _ amount: Int = 1000, card: String? = "pm_card_visa", for what: String = "charge",
    since: Timestamp = .now()
  ) -> CardRequest {
    CardRequest(
      Money(amount, .eur), token: card, key: "\(what):\(ride)", rideID: ride, riderID: "u-1", city: "vienna",
      since: since)
  }

  /// Asks again until there is an answer, as a worker does.
  private func persistently<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    for _ in 0..<60 {
      do { return try await body() } catch is RetryLater { continue } catch is CardGatewayError { continue }
    }
    return try await body()
  }

  private func held(_ answer: HoldAnswer) throws -> String {
    guard case .held(let reference, _) = answer else { throw Unprocessable("not held: \(answer)") }
    return reference
  }

  @Test func eachStepIsDoneOnceWhateverAnswersAreLost() async throws {
    try await double.faults(["drop": 10, "fail": 10, "busy": 5, "limit": 5, "cut": 3])
    for number in 0..<25 {
      let ride = "r-\(number)"
      let hold = try await persistently { try held(await gateway.hold(request(ride, for: "hold"))) }
      let captured = try await persistently {
        try await gateway.capture(request(ride, 800, for: "capture"), ofHold: hold)
      }
      #expect(captured == .captured(reference: hold))
      _ = try await persistently { try await gateway.refund(request(ride, 300, for: "refund"), ofCharge: hold) }
      _ = try await persistently { try await gateway.charge(request(ride, 200, for: "rest")) }
    }
    for (_, done) in try await double.executions() {
      #expect(done.map(\.what) == ["hold", "capture", "refund", "charge"])
      #expect(done.map(\.amount) == [1000, 800, 300, 200])
    }
  }

  @Test func whatTheGatewayHasForgottenIsLookedUpAndNotDoneAgain() async throws {
    let asked = Timestamp.now()
    let hold = try await held(gateway.hold(request("r-1", for: "hold")))
    _ = try await gateway.capture(request("r-1", for: "capture"), ofHold: hold)
    try await double.faults(["drop": 100])
    await #expect(throws: CardGatewayError.self) { _ = try await gateway.refund(request("r-1", 300), ofCharge: hold) }
    // The intent was made and its answer lost; then it is confirmed, and that answer is lost.
    await #expect(throws: CardGatewayError.self) { _ = try await gateway.charge(request("r-2")) }
    try await double.faults(["drop": 0])
    _ = try await gateway.charge(request("r-3"))

    try await double.wait(hours: 25)
    let later = CardsOverHTTP(double.client()) { Timestamp.now() + .seconds(25 * 3600) }
    _ = try await later.refund(request("r-1", 300, since: asked), ofCharge: hold)
    _ = try await later.capture(request("r-1", for: "capture", since: asked), ofHold: hold)
    _ = try await later.charge(request("r-2", since: asked))
    _ = try await later.charge(request("r-3", since: asked))
    #expect(try await double.executions(of: "r-1").map(\.what) == ["hold", "capture", "refund"])
    #expect(try await double.executions(of: "r-2").map(\.what) == ["charge"])
    #expect(try await double.executions(of: "r-3").map(\.what) == ["charge"])
  }

  @Test func aDeclineIsAnAnswerAndSaysWhetherAnotherAttemptCanHelp() async throws {
    let poor = try await gateway.charge(request("r-1", card: "pm_card_chargeDeclinedInsufficientFunds"))
    #expect(poor.declineReason == "insufficient funds")
    #expect(!poor.isHard)
    let lost = try await gateway.charge(request("r-2", card: "pm_card_chargeDeclinedLostCard"))
    #expect(lost.declineReason == "lost card")
    #expect(lost.isHard)
    let unknown = try await gateway.charge(request("r-3", card: "pm_nobodys"))
    #expect(unknown.isHard)
    // The same answer to the same question.
    #expect(try await gateway.charge(request("r-1", card: "pm_card_chargeDeclinedInsufficientFunds")) == poor)
  }

  @Test func aRiderWhoMustProveWhoItIsIsSentThereAndTheHoldGoesOnAfterwards() async throws {
    let card = "pm_card_threeDSecure2Required"
    guard
      case .actionRequired(let intent, let link?) = try await gateway.hold(request("r-1", card: card, for: "hold"))
    else {
      Issue.record("no link")
      return
    }
    #expect(link.hasPrefix("https://bank.example/"))
    #expect(try await gateway.hold(named: intent) == .actionRequired(reference: intent, link: link))
    try await double.authenticate(intent)
    #expect(try await held(gateway.hold(named: intent)) == intent)
    // Nobody is there when a ride is charged later.
    #expect(try await gateway.charge(request("r-2", card: card)).declineReason == "authentication required")
  }

  @Test func aHoldThatIsOverIsNotCapturedAndOneThatIsCapturedIsNotLetGo() async throws {
    let over = try await held(gateway.hold(request("r-1", for: "hold")))
    let kept = try await held(gateway.hold(request("r-2", for: "hold")))
    _ = try await gateway.capture(request("r-2", for: "capture"), ofHold: kept)
    try await double.wait(hours: 8 * 24)
    #expect(try await gateway.capture(request("r-1", for: "capture"), ofHold: over).declineReason != nil)
    #expect(try await gateway.release(hold: over, key: "release:r-1"))
    #expect(try await !gateway.release(hold: kept, key: "release:r-2"))
  }

  @Test func moreThanWasCapturedDoesNotGoBackAndIsNotTriedAgain() async throws {
    guard try await gateway.charge(request("r-1", 500)).declineReason == nil,
      let intent = try await double.executions(of: "r-1").first?.of
    else { return }
    await #expect(throws: Unprocessable.self) { try await gateway.refund(request("r-1", 501), ofCharge: intent) }
  }

  @Test func whatIsTooLittleForTheGatewayIsNotAskedFor() async throws {
    #expect(try await gateway.charge(request("r-1", 49)).declineReason != nil)
    #expect(try await gateway.hold(request("r-1", 49)) == .tooLittle)
    #expect(try await double.executions(of: "r-1") == [])
  }

  @Test func aKeyThatIsNotAcceptedIsNoMistakeOfTheEvent() async throws {
    let stranger = CardsOverHTTP(CardGatewayClient(CardGatewaySettings(url: double.url, key: "sk_wrong")))
    await #expect(throws: CardGatewayError.self) { try await stranger.charge(request("r-1")) }
  }
}
