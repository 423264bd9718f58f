/// How far a mail, or a connection, had come.
public enum SMTPStep: String, Sendable, Hashable {
  /// The connection itself.
  case connecting = "connecting"
  /// The server's first line.
  case greeting = "greeting"
  /// Who we are, and what the server can do.
  case hello = "EHLO"
  /// Encryption.
  case startTLS = "STARTTLS"
  /// The user and the password.
  case authentication = "AUTH"
  /// Who sends.
  case sender = "MAIL"
  /// To whom.
  case recipient = "RCPT"
  /// Whether the text may come.
  case data = "DATA"
  /// The text, and what became of the mail.
  case text = "the text"
}
