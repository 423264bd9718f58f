import HiredisClient

/// Makes the group of a service that begins with its history.
struct HistoryStart: Sendable {
  let namespace: Namespace
  let subscription: Subscription
  let history: any EventHistory
  let connection: Connection

  private var service: String { subscription.service }

  /// Makes the group in every shard in which the service has never begun, and notes there where its history ends and the log takes
  /// over. From then on the log keeps what the service has not handled.
  ///
  /// - Throws: `HistoryGap` if the log was trimmed beyond what the history holds; then no group was made.
  func begin() async throws {
    var made: [Int] = []
    var begun: [Int] = []
    do {
      for shard in namespace.shards {
        let (group, hasHistory) = try await connection.call(
          BeginCall(namespace: namespace, shard: shard, subscription: subscription))
        switch group {
        case .made: made.append(shard)
        case .begun: begun.append(shard)
        case .used: break
        }
        guard hasHistory, let gap = try await gap(shard) else { continue }
        throw gap
      }
    } catch let gap as HistoryGap {
      // It would keep the log from being trimmed, for nobody.
      for shard in made {
        _ = try await connection.call(ForgetCall(namespace: namespace, shard: shard, service: service))
      }
      // These were there before: it is as if it had never begun.
      for shard in begun { _ = try await connection.call("DEL", namespace.lease(shard, service)) }
      throw gap
    }
  }

  private func gap(_ shard: Int) async throws -> HistoryGap? {
    let topics = TopicReader(namespace: namespace, connection: connection)
    guard let log = try await topics.extent(shard: shard) else { return nil }
    let extent = try await history.extent(shard: shard)
    return HistoryGap(shard: shard, log: log, historyEnd: extent?.last ?? .zero, historyCount: extent?.count ?? 0)
  }
}
