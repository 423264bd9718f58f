/// Where a service keeps its part of the ledger, within its own state of a shard.
enum LedgerState {
  /// Hash: `<account>|<currency>` -> minor units.
  static let balances = "balances"

  /// Stream of an account's entries.
  static func stream(_ account: Account) -> String { "account:\(account)" }

  static func field(_ account: Account, _ currency: Currency) -> String { "\(account)|\(currency)" }

  /// The services that keep accounts.
  static let services = ["payment", "driver"]
}
