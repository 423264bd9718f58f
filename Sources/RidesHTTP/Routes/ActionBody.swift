import EventStreams
import EventStreamsHTTP
import HTTPTypes
import Hummingbird

/// What a request for an action says: the fields of its body, and how often it was sent.
struct ActionBody: Sendable {
  /// What makes sending it again harmless.
  let key: String
  private let fields: JSONFields

  /// Reads the request.
  ///
  /// - Parameter known: the fields that it may have: a misspelt one would be taken for one that isn't given.
  init(_ request: Request, known: String...) async throws {
    guard let key = request.idempotencyKey, !key.isEmpty else {
      throw Problem(
        .badRequest, .keyMissing,
        "send an Idempotency-Key, the same whenever you send this again: then it is done once, whatever goes wrong on the way"
      )
    }
    self.key = key
    fields = try await request.jsonFields()
    for name in fields.names where !known.contains(where: { $0.hasSameBytes(as: name) }) {
      throw Problem.invalid(
        JSONError(path: name, problem: "is not known here; there are \(known.joined(separator: ", "))"))
    }
  }

  /// A field; nil if it isn't given.
  func optional<Value: JSONReadable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
    do throws(JSONError) { return try fields.value(name) } catch { throw Problem.invalid(error) }
  }

  /// A field that has to be given.
  func required<Value: JSONReadable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    guard let value: Value = try optional(name) else {
      throw Problem.invalid(JSONError(path: name, problem: "is missing"))
    }
    return value
  }

  /// Why, for people.
  func reason() throws -> String {
    let reason: String = try required("reason")
    guard !reason.allSatisfy(\.isWhitespace) else {
      throw Problem.invalid(JSONError(path: "reason", problem: "is empty: say why, for whoever reads it later"))
    }
    return reason
  }
}
