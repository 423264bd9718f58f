/// What libpq or the server says was wrong.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// What is to be told apart.
  public enum Kind: Sendable, Hashable {
    /// There is no server, or it has gone, or it is starting or stopping: it may come back.
    case unreachable
    /// It lets this user not in.
    case rejected
    /// It has no such database.
    case noDatabase
    /// The statement would write where only reading is allowed.
    case readOnly
    /// The user lacks a right.
    case noRight
    /// Two transactions waited for each other, or one too long: it may be tried again.
    case conflict
    /// Anything else.
    case other
  }

  /// What kind of error it is.
  public let kind: Kind
  /// Five characters (PostgreSQL, appendix A); empty of what libpq says itself.
  public let state: String
  /// In the words of the server or of libpq.
  public let description: String
  /// Where in the statement, in characters from 1; nil if the server doesn't say.
  public let position: Int?

  init(_ kind: Kind, state: String = "", _ description: String, position: Int? = nil) {
    self.kind = kind
    self.state = state
    self.description = description
    self.position = position
  }

  /// An error of a statement, of a connection that is still there.
  init(state: String, _ description: String, position: Int?) {
    let kind: Kind =
      switch state {
      case "25006": .readOnly
      case "42501": .noRight
      case "3D000": .noDatabase
      case "40001", "40P01", "55P03": .conflict
      // It is shutting down, has crashed, is starting, has too many connections; or an administrator has closed this one.
      case "57P01", "57P02", "57P03", "53300": .unreachable
      case let state where state.hasPrefix("28"): .rejected
      case let state where state.hasPrefix("08") && state != "08P01": .unreachable
      default: .other
      }
    self.init(kind, state: state, description, position: position)
  }

  /// Why there is no connection: libpq says it in words alone.
  init(connecting text: String) {
    let kind: Kind =
      if text.contains("authentication failed") || text.contains("no password supplied")
        || text.contains("no pg_hba.conf entry") || text.contains("role \"")
      {
        .rejected
      } else if text.contains("FATAL:  database \""), text.contains("does not exist") {
        .noDatabase
      } else {
        .unreachable
      }
    self.init(kind, text)
  }
}
