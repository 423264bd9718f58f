extension AccountHolder {
  /// The account in the ledger.
  public var account: Account { kind == .rider ? .rider(id) : .driver(id) }
}
