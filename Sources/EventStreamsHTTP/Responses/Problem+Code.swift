import EventStreams

extension Problem {
  /// The kind of a problem. Codes never change; more may be added.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// The word.
    public let rawValue: String
    /// A sentence that is the same for all problems of the kind.
    let title: String

    /// A kind that is known by its word only.
    public init(rawValue: String) { self.init(rawValue, rawValue) }

    init(_ rawValue: String, _ title: String) {
      self.rawValue = rawValue
      self.title = title
    }

    /// The page that explains it.
    var path: String { "/problems/\(rawValue)" }

    /// The same word.
    public static func == (a: Code, b: Code) -> Bool { a.rawValue.hasSameBytes(as: b.rawValue) }

    /// Hashes the word.
    public func hash(into hasher: inout Hasher) { hasher.combine(Identifier(rawValue)) }

    package static let malformed = Code("malformed", "The request can't be understood")
    package static let invalidEvent = Code("invalid-event", "This is JSON, but no event that is known here")
    package static let eventIDReused = Code("event-id-reused", "The event's id belongs to another event")
    package static let keyMissing = Code("idempotency-key-missing", "Idempotency-Key is required here")
    package static let contradiction = Code("contradiction", "Two parts of the request say different things")
    package static let unauthenticated = Code("unauthenticated", "A token is required")
    package static let forbidden = Code("forbidden", "The token does not allow this")
    package static let readOnly = Code("read-only", "This server changes nothing")
    package static let foreignOrigin = Code("foreign-origin", "The request comes from another site's page")
    package static let foreignHost = Code("foreign-host", "The server is not called that")
    package static let notFound = Code("not-found", "There is nothing here")
    package static let methodNotAllowed = Code("method-not-allowed", "This can't be done here")
    package static let notAcceptable = Code("not-acceptable", "It is not to be had in that form")
    package static let conflict = Code("conflict", "Things have changed since they were looked at")
    package static let refused = Code("refused", "It was refused")
    package static let tooLarge = Code("too-large", "The request is too large")
    package static let unsupportedMediaType = Code("unsupported-media-type", "Bodies of this type are not taken")
    package static let tooManyRequests = Code("too-many-requests", "Too many requests")
    package static let saturated = Code("saturated", "Too much is waiting to be published")
    package static let draining = Code("draining", "The server is shutting down")
    package static let logUnavailable = Code("log-unavailable", "The event log can't be reached")
    package static let nothingPublished = Code("nothing-published", "Nothing has been published yet")
    package static let tooLate = Code("too-late", "It was not handled in time")
    package static let internalError = Code("internal-error", "The server has made a mistake")

    /// Those that have a page.
    static let all = [
      malformed, invalidEvent, eventIDReused, keyMissing, contradiction, unauthenticated, forbidden, readOnly,
      foreignOrigin, foreignHost, notFound, methodNotAllowed, notAcceptable, conflict, refused, tooLarge,
      unsupportedMediaType, tooManyRequests, saturated, draining, logUnavailable, nothingPublished, tooLate,
      internalError,
    ]
  }
}
