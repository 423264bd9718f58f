import CardGateway
import EventStreams
import GatewayDouble
import HTTPTypes
import RideHailing
import Testing

@Suite struct NoticeTests {
  private func headers(_ signature: String) throws -> HTTPFields {
    var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
    headers[try #require(HTTPField.Name("Stripe-Signature"))] = signature
    return headers
  }

  @Test func aNoticeThatTheGatewayHasSignedIsAnEventHoweverOftenItComes() async throws {
    let double = try GatewayDouble()
    let held = try await CardsOverHTTP(double.client()).hold(
      CardRequest(
        Money(1500, .usd), token: "pm_card_visa", key: "k", rideID: "r1", riderID: "u1", city: "New York", since: .now()
      ))
    guard case .held(let reference, _) = held else { return }
    let notices = try await double.notices()
    try await HTTPBench.run(withTokens: true, notices: NoticeSignature(secrets: ["whsec_new", GatewayDouble.secret])) {
      bench in
      for notice in notices + notices.reversed() + notices {
        let answer = try await bench.ask(
          .post, "/v1/gateway/notices", headers(notice.signature), body: notice.body)
        #expect(answer.status == 200 && answer.text.contains("GATEWAY_NOTIFIED:evt_"), "\(answer.text)")
      }
      let list = try await bench.get("/v1/events?type=GATEWAY_NOTIFIED", as: "viewer")
      #expect(list.data.count == notices.count && notices.count == 2, "\(list.status) \(list.text)")
      #expect(list.data.allSatisfy { "\($0)".contains(reference) })
    }
  }

  @Test func aNoticeOfADisputeIsAboutTheRideThatItsPaymentWasFor() async throws {
    let double = try GatewayDouble()
    let charged = try await CardsOverHTTP(double.client()).charge(
      CardRequest(
        Money(1500, .usd), token: "pm_card_visa", key: "k", rideID: "r1", riderID: "u1", city: "New York", since: .now()
      ))
    let dispute = try await double.dispute(charged.reference)
    let notices = try await double.notices().filter { $0.body.contains("charge.dispute.") }
    try await HTTPBench.run(
      withTokens: true, notices: NoticeSignature(secrets: [GatewayDouble.secret]), gateway: double.client()
    ) { bench in
      for notice in notices {
        let answer = try await bench.ask(.post, "/v1/gateway/notices", headers(notice.signature), body: notice.body)
        #expect(answer.status == 200, "\(answer.text)")
      }
      let list = try await bench.get("/v1/events?type=GATEWAY_NOTIFIED", as: "viewer")
      #expect(list.data.count == 1 && notices.count == 1, "\(list.status) \(list.text)")
      #expect(list.text.contains(dispute) && list.text.contains(#""rideId":"r1""#), "\(list.text)")
    }
  }

  @Test func whatIsForgedOrAlteredIsNoEventAndWithoutSecretsNothingIs() async throws {
    let double = try GatewayDouble()
    _ = try await CardsOverHTTP(double.client()).charge(
      CardRequest(
        Money(1500, .usd), token: "pm_card_visa", key: "k", rideID: "r1", riderID: "u1", city: "New York", since: .now()
      ))
    let notices = try await double.notices()
    try await HTTPBench.run(withTokens: true, notices: NoticeSignature(secrets: [GatewayDouble.secret])) { bench in
      for notice in notices {
        for (body, signature) in [
          (notice.body + " ", notice.signature), (notice.body, ""), (notice.body, "t=1,v1=00"),
          (notice.body, notice.signature.replacing("t=", with: "t=1")),
        ] {
          let answer = try await bench.ask(.post, "/v1/gateway/notices", headers(signature), body: body)
          #expect(answer.status == 400, "\(answer.text)")
        }
      }
    }
    try await HTTPBench.run(withTokens: true) { bench in
      let answer = try await bench.ask(
        .post, "/v1/gateway/notices", headers(notices[0].signature), body: notices[0].body)
      #expect(answer.status == 404)
    }
  }
}
