public import EventStreams
public import EventStreamsOperations

/// An account's entries, and of a driver's what is held in cash beside it.
public struct AccountReport: Sendable, JSONWritable {
  /// The entries and the balances.
  public let statement: AccountStatement
  /// What the driver holds in cash, and was taken off already; nil for other accounts.
  public let cashHeld: [Money]?
  /// What the rider owes, by ride, as it is now; empty for other accounts.
  public let owed: [RiderArrears.Ride]
  /// What the ratings come to of the rider or driver whose it is, as they are now; nil for other accounts.
  public let rating: RatingMean?

  /// Reads the entries of an account that are selected.
  ///
  /// - Parameters:
  ///   - limit: of more entries, the last ones.
  ///   - archive: where to look for entries that have left the services' state; nil if it isn't at hand.
  /// - Throws: `ClosedJournals.Needed` if it would have to be.
  public static func read(
    _ account: Account, from state: ServiceState, _ selection: AccountHistory.Selection = .init(), limit: Int? = nil,
    archive: ClosedJournals? = nil
  ) async throws -> AccountReport {
    let statement = try await AccountStatement.read(account, from: state, selection, limit: limit, archive: archive)
    var rating: RatingMean?
    if let kind = AccountHolder.Kind(rawValue: account.kind), let holder = account.holder.flatMap({ String($0) }) {
      rating = try await RideState(state).ratings(of: AccountHolder(kind, holder))
    }
    var owed: [RiderArrears.Ride] = []
    if account.kind == AccountHolder.Kind.rider.rawValue || account.kind == "receivable", let rider = account.holder {
      owed = try await RideState(state).arrears(of: String(rider) ?? "")
    }
    guard account.kind == AccountHolder.Kind.driver.rawValue, let driver = account.holder else {
      return AccountReport(statement: statement, cashHeld: nil, owed: owed, rating: rating)
    }
    var closing = selection
    closing.from = nil
    let cash = try await AccountHistory.cash(heldBy: String(driver) ?? "", from: state, archive: archive).sum(closing)
    return AccountReport(statement: statement, cashHeld: cash.amounts, owed: owed, rating: rating)
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      statement.writeFields(to: &$0)
      $0.field("rating", rating)
      if !owed.isEmpty { $0.field("owed", owed) }
      guard let cashHeld else { return }
      $0.field("cashHeld", cashHeld)
      $0.field("payable", statement.balances)
    }
  }
}

extension Account {
  /// Accounts that each rider or driver has one of.
  public static let personalKinds = ["rider", "driver", "receivable", "cash"]
  /// Accounts that there is one of.
  public static let sharedKinds = [
    "gateway", "bank", "clearing", "disputed", "fees", "platform", "taxes", "written-off",
  ]

  /// An account by its kind and whose it is; nil if there is none such.
  public init?(kind: String, id: String?) {
    switch id {
    case let id? where Self.personalKinds.contains(kind): self.init(name: "\(kind):\(id)")
    case nil where Self.sharedKinds.contains(kind): self.init(name: kind)
    default: return nil
    }
  }
}
