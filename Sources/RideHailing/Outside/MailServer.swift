public import SMTP

/// Mail that goes out over a mail server.
public struct MailServer: MailDelivery {
  /// What mails come from unless another address is given.
  public static let standardSender = "receipts@rides.example"

  private let client: SMTPClient
  private let sender: String

  /// A server, and the address that mails come from.
  public init(_ settings: SMTPSettings, sender: String = Self.standardSender) {
    client = SMTPClient(settings)
    self.sender = sender
  }

  /// What is wrong with an address; nil if nothing is.
  public static func problem(withAddress address: String) -> String? { SMTPMail.problem(with: address) }

  /// Hands a mail in. One whose last answer was lost is handed in again, under the same `Message-ID`.
  public func deliver(_ mail: Mail) async throws {
    do throws(SMTPError) {
      try await client.send(
        SMTPMail(sender: sender, recipient: mail.recipient) { [sender] in mail.text(from: sender, allowsEightBit: $0) })
    } catch {
      throw error.isPermanent ? MailRefused("\(error)") : error
    }
  }

  /// Says good-bye to the server.
  public func finish() async { await client.close() }
}
