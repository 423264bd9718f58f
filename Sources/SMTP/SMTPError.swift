/// Why a mail was not sent, or is not known to be.
public enum SMTPError: Error, Sendable, Hashable {
  /// The server will not have this mail, now or later.
  case refused(SMTPStep, SMTPReply)
  /// The mail can't be given to this server.
  case unsendable(String)
  /// It may go better later.
  case deferred(SMTPStep, SMTPReply)
  /// The server can't be used as it is set up, whatever the mail.
  case unusable(String)
  /// The connection was lost, or never made. After the text it is not known whether the server has the mail.
  case disconnected(SMTPStep, String)

  /// True if sending this mail again can't help.
  public var isPermanent: Bool {
    switch self {
    case .refused, .unsendable: true
    case .deferred, .unusable, .disconnected: false
    }
  }
}

extension SMTPError: CustomStringConvertible {
  /// What it says to people.
  public var description: String {
    switch self {
    case .refused(let step, let reply): "the mail server refused \(step.rawValue): \(reply)"
    case .unsendable(let reason): reason
    case .deferred(let step, let reply): "the mail server can't take \(step.rawValue) now: \(reply)"
    case .unusable(let reason): reason
    case .disconnected(let step, let reason):
      "the connection to the mail server was lost at \(step.rawValue): \(reason)"
    }
  }
}
