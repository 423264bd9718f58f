import EventArchive
import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import RideHailing

/// What pages have besides those of any domain: rides, prices, accounts.
enum RidesSite {
  static func domain(_ books: Books, _ services: RideServices, _ watch: BookWatch) -> Site.Domain {
    var domain = Site.Domain()
    domain.links = [
      ("Rides", "/rides", .read), ("Prices", "/prices", .read), ("Accounts", "/accounts", .accountsRead),
      ("Analytics", "/analytics", .accountsRead), ("Archive", "/archive", .read),
    ]
    domain.searched = "ride, event, dead letter, account, worker"
    domain.templates = [
      ("rides", PackageResources.rides_mustache), ("ride", PackageResources.ride_mustache),
      ("map", PackageResources.map_mustache), ("accounts", PackageResources.accounts_mustache),
      ("account", PackageResources.account_mustache), ("analytics", PackageResources.analytics_mustache),
      ("archive", PackageResources.archive_mustache), ("disputes", PackageResources.disputes_mustache),
      ("payouts", PackageResources.payouts_mustache), ("arrears", PackageResources.arrears_mustache),
    ]
    domain.types = services.catalog.typeNames
    domain.channels = [("surge", [SurgeUpdated.eventType.rawValue])]
    domain.path = { header, json in
      // A ride's events mostly have it as their key; what else they are about is not looked for where there is no event at hand.
      let ride = json.isEmpty ? nil : services.catalog.ride(of: json.span)
      return ride.map { Self.path(ofRide: $0) }
    }
    domain.search = { text, context in
      var hits: [SearchHit] = []
      if try await books.ride(text, for: context) != nil {
        hits.append(SearchHit("ride", text, path: Self.path(ofRide: text)))
      }
      return try await books.deployment.look(for: context) { [hits] namespace, connection in
        var hits = hits
        guard context.has(.accountsRead) else { return hits }
        let state = ServiceState(namespace: namespace, connection: connection)
        for account in Self.accounts(named: text) where try await AccountHistory(account, from: state).count > 0 {
          hits.append(SearchHit("account", account.name, path: account.path))
        }
        return hits
      }
    }
    domain.figures = { context in
      guard context.has(.accountsRead) else { return [] }
      guard let sums = watch.latest else { return [Figure("Trial balance", "–")] }
      let open = sums.clearing.count { $0.minorUnits != 0 }
      return [
        Figure(
          "Trial balance", sums.isBalanced ? "0" : "not zero",
          unit: open == 0 ? "and nothing in clearing" : "\(open) \(open == 1 ? "currency" : "currencies") in clearing",
          isAlarm: !sums.isBalanced, path: "/accounts")
      ]
    }
    domain.measures = { found in
      let lag = found.first { $0.service.hasSameBytes(as: services.archive.service) }.map {
        Measure("rides_archive_lag_seconds", [], Double($0.lagTime.wholeMilliseconds) / 1000)
      }
      let archive = [lag].compactMap(\.self)
      guard let sums = watch.latest else { return archive }
      func measures(_ name: String, _ amounts: [Money]) -> [Measure] {
        amounts.map { Measure(name, [("currency", $0.currency.code)], Double($0.minorUnits)) }
      }
      let age = Double((Timestamp.now() - sums.time).wholeMilliseconds) / 1000
      return archive + [Measure("rides_balances_age_seconds", [], age)]
        + measures("rides_clearing_balance_minor_units", sums.clearing)
        + measures("rides_trial_balance_minor_units", sums.totals)
    }
    domain.confirm = { try await StoreConfirmation.confirmStores(of: $0, on: $1, services.archive) }
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
