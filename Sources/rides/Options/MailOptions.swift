import ArgumentParser
import Foundation
import RideHailing
import SMTP

/// How receipts go out.
struct MailOptions: ParsableArguments {
  @Option(help: "The Maildir that receipts are delivered into, unless they go out over a mail server.")
  var outbox = ".rides/outbox"

  @Option(
    help: ArgumentHelp(
      "Send receipts over this mail server: smtp://user@host:587 (STARTTLS) or smtps://user@host:465.",
      discussion: """
        The password is read from $SMTP_PASSWORD, or the file of --smtp-password-file. ?ca=FILE trusts another authority; ?tls=none is \
        for a server on this machine.
        """,
      valueName: "url"))
  var smtp: String?

  @Option(help: "A file whose first line is the mail server's password.")
  var smtpPasswordFile: String?

  @Option(help: "The address that receipts come from.")
  var mailFrom = MailServer.standardSender

  func validate() throws {
    if smtp == nil, smtpPasswordFile != nil {
      throw ValidationError("--smtp-password-file is of no use without --smtp")
    }
    if let problem = MailServer.problem(withAddress: mailFrom) {
      throw ValidationError("--mail-from '\(mailFrom)' \(problem)")
    }
    // What is wrong with the URL is said before anything begins.
    _ = try server()
  }

  func delivery() throws -> any MailDelivery {
    if let server = try server() { return MailServer(server, sender: mailFrom) }
    return Maildir(outbox)
  }

  /// The mail server that is asked for; nil if none is.
  private func server() throws -> SMTPSettings? {
    guard let smtp else { return nil }
    do throws(SMTPSettings.URLError) {
      return try SMTPSettings(url: smtp, password: try password())
    } catch {
      throw ValidationError("--smtp: \(error)")
    }
  }

  private func password() throws(SMTPSettings.URLError) -> String? {
    guard let smtpPasswordFile else { return ProcessInfo.processInfo.environment["SMTP_PASSWORD"] }
    guard let text = try? String(contentsOfFile: smtpPasswordFile, encoding: .utf8) else {
      throw SMTPSettings.URLError("the password's file \(smtpPasswordFile) can't be read")
    }
    return String(text.prefix { !$0.isNewline })
  }
}
