import ArgumentParser
import EventStreams
import RideHailing

struct ArrearsCardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card", abstract: "Charge what a rider owes in a city to another card: publishes CARD_CHANGED.",
    discussion: """
      Each ride that is owed is charged by itself, and goes on being charged to this card if that declines it for the time being.

        rides arrears card r-1 pm_1Pq… --city Paris
      """)

  @Argument(help: "Whose card.")
  var rider: String

  @Argument(help: "What the gateway knows the card by.")
  var card: String

  @Option(help: "The city in which it is owed.")
  var city: String

  @Option(help: "The change's own name: publishing it again adds nothing. (default: the card)")
  var name: String?

  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let changed = CardChanged(riderID: rider, city: city, card: card, change: name)
    try InputCheck.check(changed)
    let (namespace, connection) = try await redis.open()
    let published = try await Publisher(namespace: namespace, connection: connection).publish(changed)
    if let difference = published.difference {
      throw Failure.refused("the same change was published before, and said something else: \(difference)")
    }
    let note = published.isDuplicate ? "published before" : "published"
    Terminal.print("rider \(rider) pays in \(city) by another card (\(note), entry \(published.entryID))")
  }
}
