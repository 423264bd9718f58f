public import EventStreams
public import HTTPTypes
import HiredisClient
import Hummingbird

/// Why a request was refused, as RFC 9457 has it: `application/problem+json`.
///
/// It says what was wrong, where, and what to do, and nothing of the servers behind this one.
public struct Problem: Error, Sendable {
  /// One field that is wrong.
  public struct Detail: Sendable, Hashable, JSONWritable {
    /// Where in what was sent: a JSON pointer; nil if the whole is meant.
    public var pointer: String?
    /// What is wrong.
    public var detail: String
    /// The line, of what has lines.
    public var line: Int?

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("pointer", pointer)
        $0.field("detail", detail)
        $0.field("line", line)
      }
    }
  }

  /// The answer's status.
  public var status: HTTPResponse.Status
  /// What kind of problem it is, in a word that never changes.
  public var code: Code
  /// What is wrong and what to do, for people.
  public var detail: String
  /// True if sending the same again later can help; it is never harmful then.
  public var isRetryable = false
  /// The fields that are wrong.
  public var errors: [Detail] = []
  /// Header fields that belong to it.
  public var headers = HTTPFields()

  /// A problem.
  public init(_ status: HTTPResponse.Status, _ code: Code, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  /// The same, which goes away by itself.
  public func retryable(after seconds: Int) -> Problem {
    var problem = self
    problem.isRetryable = true
    problem.headers[.retryAfter] = "\(seconds)"
    return problem
  }

  /// The same with a header field.
  public func with(_ name: HTTPField.Name, _ value: String) -> Problem {
    var problem = self
    problem.headers[name] = value
    return problem
  }

  // MARK: Those that many answer with

  package static func notFound(_ detail: String = "there is nothing here; /v1/openapi.json says what there is")
    -> Problem
  {
    Problem(.notFound, .notFound, detail)
  }

  package static func malformed(_ detail: String, pointer: String? = nil) -> Problem {
    var problem = Problem(.badRequest, .malformed, detail)
    if let pointer { problem.errors = [Detail(pointer: pointer, detail: detail)] }
    return problem
  }

  /// An event that can't be one.
  package static func invalid(_ error: JSONError, line: Int? = nil) -> Problem {
    guard error.offset == nil else { return malformed(error.description) }
    var problem = Problem(.unprocessableContent, .invalidEvent, error.description)
    problem.errors = [Detail(pointer: error.pointer, detail: error.problem, line: line)]
    return problem
  }

  /// What an error of this program or of the server is to a client.
  init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as JSONError: self = .malformed(error.description, pointer: error.pointer)
    case let busy as PublisherBusy:
      self = Problem(.serviceUnavailable, busy.isEnding ? .draining : .saturated, busy.description).retryable(after: 1)
    case let long as EventTooLong: self = Problem(.contentTooLarge, .tooLarge, "\(long)")
    case let error as RedisError where error.isRetriable || error.isSealed || error.mayHaveExecuted:
      self = Problem(
        .serviceUnavailable, .logUnavailable,
        "the event log can't be reached at the moment; sending the same again is safe"
      ).retryable(after: 2)
    case let error as NamespaceError: self = Problem(.serviceUnavailable, .logUnavailable, error.description)
    case let error as any HTTPResponseError where error.status.code < 500:
      self = Self.problem(of: error)
    default: self = Problem(.internalServerError, .internalError, "this is a mistake of the server: its log says more")
    }
  }

  private static func problem(of error: any HTTPResponseError) -> Problem {
    switch error.status {
    case .notFound: .notFound()
    case .contentTooLarge: Problem(.contentTooLarge, .tooLarge, "the body is larger than what is taken here")
    default: Problem(error.status, .malformed, "the request can't be understood")
    }
  }
}

extension JSONError {
  /// Its path as a JSON pointer (RFC 6901).
  var pointer: String? {
    path.map { path in
      "/"
        + path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map {
          $0.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined(separator: "/")
    }
  }
}
