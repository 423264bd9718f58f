import EventStreams

/// An account of the ledger, named `<kind>:<id>` or, where there is one of a kind in a shard, `<kind>`.
public struct Account: Sendable, Hashable, CustomStringConvertible {
  /// The account's name.
  public let name: String

  /// What comes before the colon: all accounts of one kind.
  public var kind: String { String(decoding: name.utf8.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self) }

  /// Whose it is, a rider or a driver: what comes after the colon; nil of an account that there is one of.
  var holder: Substring.UTF8View? {
    guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return name.utf8[name.utf8.index(after: colon)...]
  }

  /// An account by its name.
  public init(name: String) { self.name = name }

  /// What a rider has with us.
  public static func rider(_ id: String) -> Account { Account(name: "rider:" + id) }
  /// What a rider owes after a payment failed.
  public static func receivable(_ rider: String) -> Account { Account(name: "receivable:" + rider) }
  /// What can be paid out to a driver: what was earned, less what the driver holds in cash and was paid. Negative if the driver owes us.
  public static func driver(_ id: String) -> Account { Account(name: "driver:" + id) }
  /// Between a ride's cash, which payment sees, and the driver's account, from which it is taken: zero when both have seen the ride.
  public static func cash(driver id: String) -> Account { Account(name: "cash:" + id) }
  /// What the card gateway has collected for us.
  public static let gateway = Account(name: "gateway")
  /// What riders' banks have taken back of cards, until it is decided whose it is.
  public static let disputed = Account(name: "disputed")
  /// What gateways have taken for themselves: of each payment that is contested.
  public static let fees = Account(name: "fees")
  /// What riders owed, and are not asked for any more.
  public static let writtenOff = Account(name: "written-off")
  /// What has come in and gone out by bank transfer.
  public static let bank = Account(name: "bank")
  /// Between paying and earning: zero for every ride that both services have seen.
  public static let clearing = Account(name: "clearing")
  /// The platform's commission.
  public static let platform = Account(name: "platform")
  /// Owed to the authorities.
  public static let taxes = Account(name: "taxes")

  /// What it says to people.
  public var description: String { name }

  /// True if the names are the same, byte for byte.
  public static func == (a: Account, b: Account) -> Bool { a.name.hasSameBytes(as: b.name) }

  /// Hashes the name's bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(Identifier(name)) }
}
