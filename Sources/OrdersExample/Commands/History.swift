import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient

/// Builds a service's state anew.
struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Build a service's state anew from history, and compare it with the live one.")

  @Argument(help: "payment, inventory, email or analytics.")
  var service: String

  @Flag(help: "Put the rebuilt state in the place of the live one.")
  var apply = false

  @Option(help: "The archive's file, as `up --archive` names it.")
  var archive: String?

  @OptionGroup var shop: ShopOptions

  func run() async throws {
    guard let service = Shop.service(service) else { throw ValidationError("there is no service '\(service)'") }
    let (namespace, connection) = try await shop.open()
    let reader = try archive.map { try ArchiveReader(path: $0, of: Shop.archive) }
    let comparison = try await ShopRebuild(namespace: namespace, connection: connection, archive: reader).run(
      service, applies: apply)
    for difference in comparison.differences {
      print(
        "\(difference.name) \(difference.item): live \(difference.live ?? "nothing"), rebuilt \(difference.rebuilt ?? "nothing")"
      )
    }
    print(comparison.count == 0 ? "the states are the same" : "\(comparison.count) differences")
    if comparison.count > 0, !apply { throw ExitCode(1) }
  }
}

/// Shows what happened.
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the events of an archive as they were published, oldest first: for `publish` into another shop.")

  @Argument(help: "The archive's file.")
  var archive: String

  func run() async throws {
    let reader = try ArchiveReader(path: archive, of: Shop.archive)
    var history = MergedHistory(
      of: Shop.archive, shards: try await reader.shards(), inspector: nil, archive: reader)
    while let event = try await history.next() {
      // What services have published, they publish again.
      guard let type = event.header?.type, [OrderPlaced.eventType, StockReceived.eventType].contains(type) else {
        continue
      }
      print(String(decoding: event.json, as: UTF8.self))
    }
  }
}
