import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import RideHailing

/// What pages have besides those of any domain: rides, prices, accounts.
enum RidesSite {
  static func domain(_ deployment: Deployment, _ services: RideServices, _ books: Books) -> Site.Domain {
    var domain = Site.Domain()
    domain.links = [
      ("Rides", "/rides", .read), ("Prices", "/prices", .read), ("Accounts", "/accounts", .accountsRead),
    ]
    domain.searched = "ride, event, dead letter, account, worker"
    domain.templates = [
      ("rides", PackageResources.rides_mustache), ("ride", PackageResources.ride_mustache),
      ("map", PackageResources.map_mustache), ("accounts", PackageResources.accounts_mustache),
      ("account", PackageResources.account_mustache),
    ]
    domain.types = services.catalog.typeNames
    domain.path = { header, json in
      // A ride's events mostly have it as their key; what else they are about is not looked for where there is no event at hand.
      let ride = json.isEmpty ? nil : services.catalog.ride(of: json.span)
      return ride.map { Self.path(ofRide: $0) }
    }
    domain.search = { text, context in
      try await deployment.look(for: context) { namespace, connection in
        var hits: [SearchHit] = []
        if try await RideReport.read(text, namespace, connection) != nil {
          hits.append(SearchHit("ride", text, path: Self.path(ofRide: text)))
        }
        guard context.mayReadAccounts else { return hits }
        let state = ServiceState(namespace: namespace, connection: connection)
        for account in Self.accounts(named: text) where try await AccountHistory(account, from: state).count > 0 {
          hits.append(SearchHit("account", account.name, path: account.path))
        }
        return hits
      }
    }
    domain.figures = { context in
      guard context.mayReadAccounts else { return [] }
      let balance = try await books.balance(for: context)
      let clearing = balance.byKind.filter { $0.account == .clearing && $0.balance.minorUnits != 0 }
      return [
        Figure("Trial balance", balance.isBalanced ? "0" : "not zero", isAlarm: !balance.isBalanced),
        Figure("In clearing", "\(clearing.count)", unit: clearing.count == 1 ? "currency" : "currencies"),
      ]
    }
    domain.measures = { context in
      let balance = try await books.balance(for: context)
      let clearing = balance.byKind.filter { $0.account == .clearing }.map(\.balance)
      return clearing.map {
        Measure("rides_clearing_balance_minor_units", [("currency", $0.currency.code)], Double($0.minorUnits))
      }
        + balance.totals.map {
          Measure("rides_trial_balance_minor_units", [("currency", $0.currency.code)], Double($0.minorUnits))
        }
    }
    return domain
  }

  static func path(ofRide ride: String) -> String { "/rides/\(ride.inAddress)" }

  /// What a text may name: an account in full, or a rider or driver.
  private static func accounts(named text: String) -> [Account] {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if let account = Account(kind: parts[0], id: parts.count > 1 ? parts[1] : nil) { return [account] }
    return [.rider(text), .driver(text)]
  }
}

extension Account {
  /// Its page.
  var path: String {
    let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
    return "/accounts/\(parts.map(\.inAddress).joined(separator: "/"))"
  }
}

extension APIContext {
  /// True if whoever asks may look at accounts.
  var mayReadAccounts: Bool { principal?.scopes.contains(.accountsRead) == true }
}
