import ArgumentParser
import RideHailing

/// Which account is meant.
struct AccountArguments: ParsableArguments {
  @Argument(help: "rider, driver, receivable, cash, gateway, bank, clearing, platform or taxes.")
  var kind: String

  @Argument(help: "Whose, for the first four.")
  var id: String?

  func account() throws -> Account {
    if let account = Account(kind: kind, id: id) { return account }
    switch kind {
    case _ where Account.personalKinds.contains(kind): throw Failure.usage("whose? rides account \(kind) ID")
    case _ where Account.sharedKinds.contains(kind):
      throw Failure.usage("there is one account '\(kind)': it takes no id")
    default: throw Failure.usage("there is no kind of account '\(kind)'; see: rides account --help")
    }
  }
}
