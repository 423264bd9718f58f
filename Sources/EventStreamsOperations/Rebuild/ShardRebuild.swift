public import EventStreams
public import HiredisClient

/// One shard of one service, held still while a state that was built beside the live one is compared with it and swapped in.
public struct ShardRebuild: Sendable {
  private let lease: MaintenanceLease
  private let swap: StateSwap
  /// How far the service has come.
  public let progress: ServiceProgress
  private let live: StateImage

  /// What a comparison found.
  public struct Comparison: Sendable {
    /// Differences.
    public internal(set) var count = 0
    /// The first ones.
    public internal(set) var differences: [StateDifference] = []
    /// Of the live state.
    public var liveDigest: UInt64 = 0
    /// Of the rebuilt state.
    public var rebuiltDigest: UInt64 = 0
    /// At most so many are named.
    public static let limit = 100

    /// Nothing differs.
    public init() {}

    /// Takes in a difference.
    public mutating func add(_ difference: StateDifference) {
      count += 1
      if differences.count < Self.limit { differences.append(difference) }
    }
  }

  /// Writes a part of the state beside the live one while the service goes on. What earlier runs have left there is removed.
  public static func prepare(
    _ image: StateImage, _ service: String, shard: Int, run: RebuildRun, namespace: Namespace, connection: Connection
  ) async throws {
    let swap = StateSwap(namespace: namespace, connection: connection, service: service, shard: shard, run: run)
    try await swap.clear()
    try await swap.stage(image)
  }

  /// Takes the shard from its owner, and reads how far the service has come and what it has stored.
  public static func hold(
    _ service: String, shard: Int, run: RebuildRun, namespace: Namespace, connection: Connection
  ) async throws -> ShardRebuild {
    let lease = try await MaintenanceLease.seize(service, shard: shard, namespace: namespace, connection: connection)
    do {
      let progress = try await Inspector(namespace: namespace, connection: connection).progress(
        [service], shard: shard)[0]
      return ShardRebuild(
        lease: lease,
        swap: StateSwap(namespace: namespace, connection: connection, service: service, shard: shard, run: run),
        progress: progress,
        live: try await StateImage.read(service, shard: shard, namespace: namespace, connection: connection))
    } catch {
      try? await lease.release()
      throw error
    }
  }

  /// Compares the live state with a rebuilt one.
  ///
  /// - Parameter image: the state as rebuilt.
  public func compare(_ image: StateImage) -> Comparison {
    image.expire(at: .now())
    let (old, new) = (live.current, image.current)
    var comparison = Comparison()
    old.compare(with: new) { comparison.add($0) }
    comparison.liveDigest = old.digest()
    comparison.rebuiltDigest = new.digest()
    return comparison
  }

  /// Puts a rebuilt state in the place of the live one, in one step.
  ///
  /// - Throws: if the shard was held for too long and somebody else has it; then nothing has changed.
  public func apply(_ image: StateImage) async throws {
    try await lease.renew()
    try await swap.stage(image)
    try await swap.swap(image, live: live, epoch: lease.epoch)
  }

  /// Holds the shard for another while: for a minute from now.
  ///
  /// - Throws: if somebody else has it.
  public func renew() async throws { try await lease.renew() }

  /// Writes a rebuilt state beside the live one, for `LogRestore` to put it in its place together with the log.
  func stage(_ image: StateImage) async throws -> StagedKeys {
    try await swap.stage(image)
    return swap.keys(of: image, live: live)
  }

  /// Lets the service go on; what was staged and not swapped in is removed.
  public func release() async throws {
    try await swap.clear()
    try await lease.release()
  }

  /// The service.
  var service: String { lease.service }

  /// The lease's epoch, which `LogRestore` wants.
  var epoch: Int { lease.epoch }
}
