import SpanJSON

/// What the gateway says when it does not do what it was asked: `{"error":{"type":"card_error","code":"card_declined",…}}`.
struct GatewayFailure: JSONReadable, Sendable {
  var type: String?
  var code: String?
  var declineCode: String?
  var parameter: String?
  var message: String?
  var intent: String?

  init() {}

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    self = try object.with("error") { (value) throws(JSONError) in try GatewayFailure(inside: value) }
  }

  private init(inside json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    type = try object.optional("type")
    code = try object.optional("code")
    declineCode = try object.optional("decline_code")
    parameter = try object.optional("param")
    message = try object.optional("message")
    let named: Named? = try object.optional("payment_intent")
    intent = named?.id
  }

  /// Something of which only the name counts.
  private struct Named: JSONReadable {
    let id: String?

    init(from json: borrowing JSONValue) throws(JSONError) {
      if json.kind == .string {
        id = try json.string()
      } else {
        var object = try json.object()
        id = try object.optional("id")
      }
    }
  }

  /// What an answer that is none of success comes to (https://docs.stripe.com/api/errors, https://docs.stripe.com/error-low-level).
  ///
  /// - Parameter retryAfter: what the header of this name says.
  func error(status: Int, retryAfter: String?) -> CardGatewayError {
    let message = String((message ?? "status \(status)").prefix(300))
    let wait = retryAfter.flatMap { Int($0) }.map { min(max($0, 0), 3600) }
    switch status {
    case 401, 403: return .unauthorized(message)
    case 409: return .busy(message, retryAfterSeconds: wait)
    case 429: return .busy("it was asked too often", retryAfterSeconds: wait)
    case 500...: return .failed("\(message) (\(status))")
    default: break
    }
    if type?.hasSameBytes(as: "card_error") == true {
      return .declined(Decline(code: declineCode ?? code ?? "generic_decline", intent: intent))
    }
    return .refused(status: status, code: code ?? type, parameter: parameter, message: message)
  }
}
