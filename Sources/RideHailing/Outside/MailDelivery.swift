/// A way out for mail.
public protocol MailDelivery: Sendable {
  /// Delivers a mail; when it returns, the mail is safe.
  ///
  /// - Throws: `MailRefused` if it will never be taken; anything else if it may be later.
  func deliver(_ mail: Mail) async throws

  /// Lets go of what is open, when no more mail will come for the time being.
  func finish() async
}

extension MailDelivery {
  /// Nothing is open.
  public func finish() async {}
}

/// A mail will not be taken, now or later.
public struct MailRefused: Error, Sendable, CustomStringConvertible {
  /// Why, in the words of who refused it.
  public let description: String

  /// It was refused for this reason.
  public init(_ reason: String) { description = reason }
}
