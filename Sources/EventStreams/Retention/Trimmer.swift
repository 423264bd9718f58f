public import HiredisClient

/// Removes what a retention policy lets go from a namespace's logs.
public struct Trimmer: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  /// A trimmer of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// What became of one topic of a shard's log.
  public struct Result: Sendable, Hashable, JSONWritable {
    /// The shard.
    public let shard: Int
    /// The topic.
    public let topic: String
    /// Entries that were removed, or would be.
    public fileprivate(set) var removed = 0
    /// The group that keeps the next entry that is past its time; nil if none is.
    public fileprivate(set) var keptBy: String?
    /// What is wrong with the store of that group's service, or `unconfirmed` if nobody has said that it holds what was acknowledged; nil if
    /// that isn't why.
    public fileprivate(set) var distrust: String?

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("topic", topic)
        $0.field("removed", removed)
        $0.field("keptBy", keptBy)
        $0.field("distrust", distrust)
      }
    }
  }

  /// When somebody began to trim: stores must have been found whole since then.
  public struct Start: Sendable {
    /// By the server's clock, in milliseconds.
    let milliseconds: Int
    /// How long their word is waited for.
    let deadline: ContinuousClock.Instant
  }

  /// Begins to trim some shards.
  ///
  /// - Parameter patience: how long to wait for the workers whose services have stores to confirm that these are whole.
  public func start(patience: Duration = .seconds(5)) async throws -> Start {
    let time = try await connection.strings(["TIME"])
    return Start(
      milliseconds: (Int(time[0]) ?? 0) * 1000 + (Int(time[1]) ?? 0) / 1000, deadline: .now + patience)
  }

  /// Trims the topics of one shard's log, each as far as those need it that are delivered it, in steps that the server is busy with for a moment only.
  ///
  /// - Parameters:
  ///   - shard: 0 ..< shard count
  ///   - retention: what may go at all.
  ///   - now: the time that ages are counted from.
  ///   - isDryRun: only counts what would be removed.
  ///   - start: of the whole trimming, if it is of several shards.
  public func trim(
    shard: Int, _ retention: Retention, now: Timestamp = .now(), isDryRun: Bool = false, since start: Start? = nil
  ) async throws -> [Result] {
    let begun: Start
    if let start { begun = start } else { begun = try await self.start() }
    let before = retention.maxAge.map { now.microsecondsSinceEpoch / 1000 - Int64($0.wholeMilliseconds) }
    let stores = try await StoreConfirmation.stores(of: namespace, on: connection).keys.sorted().map(\.text)
    let services = try await namespace.services(on: connection)
    var results: [Result] = []
    for topic in try await namespace.topics(on: connection)[shard] {
      let trimming = Trimming(
        namespace: namespace, shard: shard, topic: topic, before: before ?? 0, most: retention.maxEntries,
        since: begun.milliseconds, stores: stores, services: services.filter { $0.wants(topic) }.map(\.service))
      results.append(try await trim(trimming, isDryRun: isDryRun, until: begun.deadline))
    }
    return results
  }

  private func trim(
    _ trimming: Trimming, isDryRun: Bool, until deadline: ContinuousClock.Instant
  ) async throws -> Result {
    var trimming = trimming
    var result = Result(shard: trimming.shard, topic: trimming.topic)
    while true {
      let answer =
        isDryRun
        ? try await connection.call(TrimmableCall(trimming: trimming))
        : try await connection.call(TrimCall(trimming: trimming))
      result.removed += answer.removed
      if isDryRun {
        trimming.after = answer.last
        trimming.counted = result.removed
      }
      if answer.isUnconfirmed, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(20))
      } else if answer.removed < Trimming.mostEntries {
        result.keptBy = answer.keeper.isEmpty ? nil : answer.keeper
        result.distrust = answer.distrust.isEmpty ? nil : answer.distrust
        return result
      }
    }
  }
}
