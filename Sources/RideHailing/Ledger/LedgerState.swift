/// Where a service keeps its part of the ledger, within its own state of a shard.
enum LedgerState {
  /// Hash: `<account>|<currency>` -> minor units.
  static let balances = "balances"

  /// Hash: account -> the last entry of its stream that a snapshot covers.
  static let snapshots = "snapshots"

  /// A snapshot is taken each time so many entries were booked on an account.
  static let entriesPerSnapshot = 1000

  /// Stream of an account's entries.
  static func stream(_ account: Account) -> String { "account:\(account)" }

  /// Stream of an account's snapshots.
  static func snapshotStream(_ account: Account) -> String { "snapshots:\(account)" }

  static func field(_ account: Account, _ currency: Currency) -> String { "\(account)|\(currency)" }

  /// The services that keep accounts.
  static let services = ["payment", "driver"]
}
