import ArgumentParser
import RideHailing

/// Which account is meant.
struct AccountArguments: ParsableArguments {
  @Argument(help: "rider, driver, receivable, cash, gateway, bank, clearing, platform or taxes.")
  var kind: String

  @Argument(help: "Whose, for the first four.")
  var id: String?

  private static let personal = ["rider", "driver", "receivable", "cash"]
  private static let shared = ["gateway", "bank", "clearing", "platform", "taxes"]

  func account() throws -> Account {
    switch (kind, id) {
    case (let kind, let id?) where Self.personal.contains(kind): return Account(name: "\(kind):\(id)")
    case (let kind, nil) where Self.shared.contains(kind): return Account(name: kind)
    case (let kind, nil) where Self.personal.contains(kind): throw Failure.usage("whose? rides account \(kind) ID")
    case (let kind, _) where Self.shared.contains(kind):
      throw Failure.usage("there is one account '\(kind)': it takes no id")
    default: throw Failure.usage("there is no kind of account '\(kind)'; see: rides account --help")
    }
  }
}
