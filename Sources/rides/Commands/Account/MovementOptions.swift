import ArgumentParser
import EventStreams
import Foundation
import HiredisClient
import RideHailing

/// What all commands share that move money on an account: they publish an event, and may wait for what becomes of it.
struct MovementOptions: ParsableArguments {
  @Argument(help: "rider or driver.")
  var kind: String

  @Argument(help: "Whose account.")
  var id: String

  @Option(help: "The city in which the account is kept.")
  var city: String

  @Option(help: "ISO 4217 code of the currency.")
  var currency: String

  @Option(help: "When it counts from, if not from now.", transform: TimeArgument.read)
  var effective: TimeArgument?

  @Option(help: "The movement's own name: publishing it again adds nothing. (default: a new one)")
  var movement: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func holder() throws -> AccountHolder {
    guard let kind = AccountHolder.Kind(rawValue: kind) else {
      throw Failure.usage("'\(kind)' has no account to move money on: rider or driver")
    }
    return AccountHolder(kind, id)
  }

  func money(_ text: String?) throws -> Money {
    guard let currency = Currency(currency) else {
      throw Failure.usage("'\(currency)' is no ISO 4217 currency code such as USD")
    }
    guard let text else { return Money(0, currency) }
    guard let money = Money(decimal: text, currency) else {
      throw Failure.usage("'\(text)' is no amount in \(currency), such as 12.50")
    }
    return money
  }

  /// Publishes a movement; what is wrong with it is said before.
  func publish<What: AccountEventKind>(
    _ type: AccountEvent<What>.Type, _ amount: String?, reason: String? = nil
  ) async throws -> (event: AccountEvent<What>, published: PublishedEvent, namespace: Namespace, connection: Connection)
  {
    let holder = try holder()
    let event = AccountEvent<What>(
      holder, city: city, amount: try money(amount),
      movement: movement ?? (amount == nil ? holder.description : UUID().uuidString.lowercased()), reason: reason)
    try InputCheck.check(event)
    let (namespace, connection) = try await redis.open()
    let published = try await Publisher(namespace: namespace, connection: connection).publish(
      event, timestamp: effective?.time ?? .now())
    if let difference = published.difference {
      throw Failure.refused("movement '\(event.movement)' was published before and says something else: \(difference)")
    }
    return (event, published, namespace, connection)
  }

  /// Says what was published.
  func report(_ text: String, _ event: AccountEvent<some AccountEventKind>, _ published: PublishedEvent) {
    switch output.format {
    case .table:
      Terminal.print(
        "\(text) (\(published.isDuplicate ? "published before" : "published"), entry \(published.entryID))")
    case .json:
      Terminal.print(
        json: JSONWriter.bytes(of: PublishedMovement(event: event.eventID, data: event, published: published)))
    }
  }
}

/// A movement with its place in the log.
private struct PublishedMovement<Data: JSONWritable>: JSONWritable {
  let event: String
  let data: Data
  let published: PublishedEvent

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("id", event)
      $0.field("entryId", published.entryID.description)
      $0.field("duplicate", published.isDuplicate)
      $0.field("data", data)
    }
  }
}
