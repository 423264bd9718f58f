import EventStreams

/// What a payment comes to: known when the gateway has answered, or decided at the commit by what is in the wallet.
enum Settlements: Sendable {
  case one(Settlement)
  case ifWalletHolds(Money, of: Account, Settlement, otherwise: Settlement)

  func write(to effects: inout Effects, in hash: String) {
    switch self {
    case .one(let settlement): settlement.write(to: &effects, in: hash)
    case .ifWalletHolds(let amount, let wallet, let enough, let tooLittle):
      let field = LedgerState.field(wallet, amount.currency)
      effects.when(LedgerState.balances, field, .isAtLeast(amount.minorUnits)) {
        enough.write(to: &$0, in: hash)
      } otherwise: {
        tooLittle.write(to: &$0, in: hash)
      }
    }
  }
}
