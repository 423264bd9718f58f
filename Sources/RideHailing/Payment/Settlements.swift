import EventStreams

/// What a payment comes to: known when the gateway has answered, or decided at the commit by what is in the wallet.
enum Settlements: Sendable {
  case one(Settlement)
  case ifWalletHolds(Money, of: Account, Settlement, otherwise: Settlement)

  /// - Parameters:
  ///   - hash: where the record is kept.
  ///   - arrears: what the rider owed before.
  ///   - paid: what follows besides if all of it is paid.
  func write(
    to effects: inout Effects, in hash: String, after arrears: RiderArrears,
    ifPaid paid: (inout Effects) -> Void = { _ in }
  ) {
    func write(_ settlement: Settlement, _ effects: inout Effects) {
      settlement.write(to: &effects, in: hash, after: arrears)
      if settlement.record.owed == 0 { paid(&effects) }
    }
    switch self {
    case .one(let settlement): write(settlement, &effects)
    case .ifWalletHolds(let amount, let wallet, let enough, let tooLittle):
      let field = LedgerState.field(wallet, amount.currency)
      effects.when(LedgerState.balances, field, .isAtLeast(amount.minorUnits)) {
        write(enough, &$0)
      } otherwise: {
        write(tooLittle, &$0)
      }
    }
  }
}
