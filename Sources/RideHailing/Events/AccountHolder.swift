public import EventStreams

/// Whose account it is: a rider's wallet or a driver's earnings. Written as `rider:<id>` or `driver:<id>`.
public struct AccountHolder: Sendable, Hashable, CustomStringConvertible {
  /// What people can be to us.
  public enum Kind: String, Sendable, CaseIterable {
    /// Has a wallet, which the payment service keeps.
    case rider
    /// Has earnings, which the driver service keeps.
    case driver
  }

  /// What they are.
  public let kind: Kind
  /// Who.
  public let id: String

  /// A holder.
  public init(_ kind: Kind, _ id: String) {
    self.kind = kind
    self.id = id
  }

  /// `rider:<id>` or `driver:<id>`
  public var description: String { "\(kind.rawValue):\(id)" }

  /// True if it is the same account.
  public static func == (a: AccountHolder, b: AccountHolder) -> Bool { a.kind == b.kind && a.id.hasSameBytes(as: b.id) }

  /// Hashes the kind, and the bytes of the id.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(Identifier(id))
  }
}

extension AccountHolder: FieldValue {
  /// One of them.
  public static var example: AccountHolder { AccountHolder(.rider, "") }
  /// What it is.
  public static var kind: String { "account, as rider:ID" }

  /// Reads `"rider:<id>"` or `"driver:<id>"`.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    let text = try json.string()
    // By bytes: what follows the colon may join it to one character.
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let kind = Kind(rawValue: String(text[..<colon]))
    else {
      throw json.mismatch("an account as \"rider:<id>\" or \"driver:<id>\"")
    }
    self.init(kind, String(text[text.utf8.index(after: colon)...]))
    try Identifier.checkName(id, "account")
  }

  /// Writes it as a string.
  public func write(to json: inout JSONWriter) { json.string(description) }
}
