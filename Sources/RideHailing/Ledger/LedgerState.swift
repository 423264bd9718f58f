import EventStreams

/// Where a service keeps its part of the ledger, within its own state of a shard.
enum LedgerState {
  /// Hash: `<account>|<currency>` -> minor units.
  static let balances = "balances"

  /// Hash: bucket -> how many records of journals it has, and `<bucket>|<account>|<currency>` -> how many entries, of the accounts that
  /// nearly every journal touches.
  static let buckets = "journals"

  /// What the names of the streams of journals begin with.
  static let streamPrefix = "journals:"

  /// Hash: slice -> the day, counted since 1970, before which what was recorded has left.
  static let closed = "closed"

  /// Hash: `<account>|<currency>` -> what the entries that have left come to.
  static let closedSums = "closed:sums"

  /// Hash: `<account>|<currency>` -> how many they are.
  static let closedCounts = "closed:counts"

  static func field(_ account: Account, _ currency: Currency) -> String {
    joined(account.name, currency.code)
  }

  /// Two names with a bar between them, made in one go.
  static func joined(_ first: String, _ second: String) -> String {
    var (first, second) = (first, second)
    return first.withUTF8 { first in
      second.withUTF8 { second in
        String(unsafeUninitializedCapacity: first.count + 1 + second.count) { name in
          _ = name.update(fromContentsOf: first)
          name[first.count] = UInt8(ascii: "|")
          return name[(first.count + 1)...].update(fromContentsOf: second)
        }
      }
    }
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

  /// The service that keeps the accounts of riders, and that of drivers.
  static let riders = "payment"
  static let drivers = "driver"
  static let services = [riders, drivers]
}
