import HiredisClient
import Logging

/// Keeps telling, for the shards that a worker owns, whether the service's store is there and holds what was acknowledged.
struct StoreWatch: Sendable {
  let ledger: StoreLedger
  let pipeline: Pipeline
  let namespace: Namespace
  let state: any StateReader
  let connection: Connection
  let log: Logger

  private static let interval = Duration.seconds(2)

  private var confirmation: StoreConfirmation {
    StoreConfirmation(pipeline.service.name, namespace: namespace, connection: connection)
  }

  /// Runs until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let shards = Dictionary(
        uniqueKeysWithValues: await pipeline.owned.map {
          ($0.key, OwnedShard(number: $0.key, epoch: $0.value, reader: state))
        })
      do {
        if !shards.isEmpty { try await look(at: shards) }
      } catch {
        // Without a server nobody trims either; the leases report it.
        log.debug("cannot confirm what is stored", metadata: ["error": "\(error)"])
      }
      try? await Task.sleep(for: Self.interval)
    }
  }

  private func look(at shards: [Int: OwnedShard]) async throws {
    var problem: String?
    do {
      try await confirmation.claim(ledger.store.identity())
      try await ledger.verify(shards)
    } catch let error as RedisError {
      throw error
    } catch {
      problem = "\(error)"
    }
    let before = ledger.note(problem)
    if let problem, before != problem {
      log.critical(
        "what was stored is not there: nothing is stored or trimmed until it is", metadata: ["error": "\(problem)"])
    } else if problem == nil, before != nil {
      log.notice("what was stored is there again")
    }
    try await confirmation.say(problem ?? "", shards: shards.keys)
  }
}
