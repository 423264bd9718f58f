/// A mail that is ready to go out.
public struct Mail: Sendable {
  /// Names it, in letters that a file's name may have: a mail of the same name is the same mail.
  public let name: String
  /// The address it goes to.
  public let recipient: String
  private let compose: @Sendable (_ sender: String, _ allowsEightBit: Bool) -> [UInt8]

  init(
    name: String, recipient: String, compose: @escaping @Sendable (_ sender: String, _ allowsEightBit: Bool) -> [UInt8]
  ) {
    self.name = name
    self.recipient = recipient
    self.compose = compose
  }

  /// Headers and body (RFC 5322), lines ended by CR and LF.
  ///
  /// - Parameters:
  ///   - sender: the address it comes from.
  ///   - allowsEightBit: false if the body must be ASCII: then it is written as quoted-printable.
  public func text(from sender: String, allowsEightBit: Bool) -> [UInt8] { compose(sender, allowsEightBit) }
}
