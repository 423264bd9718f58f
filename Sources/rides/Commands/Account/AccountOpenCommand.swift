import ArgumentParser
import RideHailing

struct AccountOpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open an account: publishes ACCOUNT_OPENED.",
    discussion: """
      An account that money comes to opens by itself; this makes its beginning an entry of its own.

        rides account open rider r-1 --city Paris --currency EUR
      """)

  @OptionGroup var options: MovementOptions

  func run() async throws {
    let (event, published, _, _) = try await options.publish(AccountOpened.self, nil)
    options.report("opened \(event.holder) in \(event.city)", event, published)
  }
}
