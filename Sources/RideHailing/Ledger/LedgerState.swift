import EventStreams

/// Where a service keeps its part of the ledger, within its own state of a shard.
enum LedgerState {
  /// Hash: `<account>|<currency>` -> minor units.
  static let balances = "balances"

  /// Hash: account -> the last entry of its stream that a snapshot covers.
  static let snapshots = "snapshots"

  /// A snapshot is taken each time so many entries were booked on an account.
  static let entriesPerSnapshot = 1000

  /// Stream of an account's entries.
  static func stream(_ account: Account) -> String { "account:" + account.name }

  /// Stream of an account's snapshots.
  static func snapshotStream(_ account: Account) -> String { "snapshots:" + account.name }

  static func field(_ account: Account, _ currency: Currency) -> String {
    var field = ""
    field.reserveCapacity(account.name.utf8.count + 4)
    field += account.name
    field += "|"
    field += currency.code
    return field
  }

  /// The account and the currency that a field is about; nil if it is none.
  static func account(ofField field: String) -> (account: Account, currency: Currency)? {
    // By bytes: what follows a bar may join it to one character.
    let bytes = field.utf8
    guard let bar = bytes.lastIndex(of: UInt8(ascii: "|")),
      let currency = Currency(String(field[bytes.index(after: bar)...]))
    else { return nil }
    return (Account(name: String(field[..<bar])), currency)
  }

  /// The services that keep accounts.
  static let services = ["payment", "driver"]
}
