import ArgumentParser
import EventStreams

/// Publishes events that others have written.
struct Publish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publish the events on standard input: one per line, a JSON array, or one object.",
    discussion: "  orders-example publish < orders.ndjson")

  @OptionGroup var shop: ShopOptions

  func run() async throws {
    let (namespace, connection) = try await shop.open()
    let publisher = Publisher(namespace: namespace, connection: connection)
    var lines = LineReader(fileDescriptor: 0, longest: 1_000_000)
    var input = EventInput()
    var (added, duplicates, rejected) = (0, 0, 0)
    func publish(_ documents: [InputDocument]) async throws {
      let events = Shop.catalog.read(documents) { place, problem in
        rejected += 1
        print("\(place): \(problem)")
      }
      guard !events.isEmpty else { return }
      let published = try await publisher.publish(events)
      for (event, result) in zip(events, published) {
        guard let difference = result.difference else { continue }
        rejected += 1
        print("\(event.id) is there already and says something else: \(difference)")
      }
      let count = published.count { !$0.isDuplicate }
      added += count
      duplicates += events.count - count
    }
    while let line = try lines.next() { try await publish(input.read((line.bytes ?? []) + [UInt8(ascii: "\n")])) }
    try await publish(input.finish())
    print("published \(added), \(duplicates) were there already, \(rejected) rejected")
    if rejected > 0 { throw ExitCode(1) }
  }
}
