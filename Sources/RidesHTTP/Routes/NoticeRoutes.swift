import CardGateway
import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird
import RideHailing

/// What the card gateway tells of itself: whoever can sign it may, and nobody else.
struct NoticeRoutes {
  let publisher: SharedPublisher
  /// Checks who has signed; nil if nothing is expected.
  let signature: NoticeSignature?
  /// Is asked for what was said of a payment, where a notice does not say it; nil if nobody can be.
  let gateway: CardGatewayClient?

  /// Notices are some KB.
  private static let longestBody = 256 * 1024

  func add(to routes: inout Routes) {
    routes.post("/v1/gateway/notices", nil) { request, context in try await take(request, context) }
  }

  private func take(_ request: Request, _ context: APIContext) async throws -> Response {
    guard let signature else {
      throw Problem.notFound("no notices are taken here: give the gateway's secrets with --gateway-secrets")
    }
    let body = try await request.bytes(upTo: Self.longestBody)
    do throws(NoticeSignature.Problem) {
      try signature.verify(
        body, header: Self.signature(of: request),
        now: Int(Timestamp.now().microsecondsSinceEpoch / 1_000_000))
    } catch {
      throw Problem.malformed("\(error)")
    }
    var notice = try GatewayNotice.read(body)
    // What is told of a dispute says nothing of ours: its payment does. If that can't be asked now, the notice is sent again.
    if notice.isDispute, notice.metadata.isEmpty, let intent = notice.intent, let gateway {
      notice.metadata = try await gateway.intent(intent).metadata
    }
    // One that is about no ride of ours is none of our business, and is not to be sent again.
    let event = GatewayNotified(notice)
    if let event {
      let published = EncodedEvent(event, timestamp: Timestamp(secondsSinceEpoch: Int64(notice.created)))
      _ = try await context.measuringRedis { try await publisher.publish([published]) }
    }
    return JSONAnswer(Taken(event: event?.eventID)).response(from: request, context: context)
  }

  private static func signature(of request: Request) -> String {
    HTTPField.Name("Stripe-Signature").flatMap { request.headers[$0] } ?? ""
  }

  private struct Taken: JSONWritable {
    let event: String?

    func write(to json: inout JSONWriter) { json.object { $0.field("event", event) } }
  }
}

extension GatewayNotified {
  /// What a notice says of a ride; nil if it is about none.
  fileprivate init?(_ notice: GatewayNotice) {
    guard let ride = notice.said("ride"), let rider = notice.said("rider"), let city = notice.said("city"),
      let intent = notice.intent
    else { return nil }
    self.init(
      rideID: ride, riderID: rider, city: city, notice: notice.id, subject: notice.type, reference: intent,
      dispute: notice.isDispute ? notice.object : nil, refund: notice.isRefund ? notice.object : nil)
  }
}
