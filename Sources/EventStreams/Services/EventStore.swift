/// What a service keeps events in, outside of Redis: an archive, a warehouse.
///
/// With each batch it says where each shard ends now, and Redis keeps that with the batch's acknowledgement. So a store that was deleted,
/// put back from an older copy or taken for another one is noticed, and nothing is trimmed from the log any more: it may have the only copy.
public protocol EventStore: StoredEvents {
  /// Stores events durably before it returns, at the end of each shard; one that is there already changes nothing.
  ///
  /// - Parameters:
  ///   - events: of one or more shards, each shard's in the order of its log.
  ///   - marks: what the store must hold already, by shard.
  ///   - epochs: of the leases under which the events were read, by shard. A store that several workers write to refuses events of a
  ///     shard that somebody has stored into under a later one: who lost a shard and has not heard of it adds nothing.
  /// - Returns: where each shard of the events ends now.
  /// - Throws: if the store isn't there any more, or does not hold what a mark says; then nothing was stored. A ``StoreProblem`` may say
  ///   that it passes.
  @discardableResult func store(
    _ events: [RecordedEvent], after marks: [Int: StoreMark], epochs: [Int: Int]
  ) async throws -> [Int: StoreMark]

  /// Takes in that the worker that stores into it has stopped in an orderly way.
  func finish() async
}

extension EventStore {
  /// Nothing is to be done.
  public func finish() async {}
}

/// Why a store did not take events.
public protocol StoreProblem: Error {
  /// Whether it passes by itself, as a server's being away does: the events wait, and none is blamed.
  var isPassing: Bool { get }
}

/// What tells of a store that it is there and holds what it is said to hold.
public protocol StoredEvents: Sendable {
  /// What tells this store from all others.
  func identity() async throws -> StoreIdentity

  /// Checks that the store is there and holds what some marks say.
  ///
  /// - Returns: where these shards end now.
  /// - Throws: what is wrong, in words for people.
  func verify(_ marks: [Int: StoreMark]) async throws -> [Int: StoreMark]
}

/// What tells a store from all others.
public struct StoreIdentity: Sendable, Hashable {
  /// A random word; a copy of the store has the same.
  public let name: String
  /// Where it is, for people: a path.
  public let place: String

  /// An identity.
  ///
  /// - Parameters:
  ///   - name: without blanks.
  ///   - place: where it is, for people.
  public init(name: String, place: String) {
    self.name = name
    self.place = place
  }
}

/// Where a shard of a store ends.
public struct StoreMark: Sendable, Hashable {
  /// How many events have been stored.
  public let number: Int
  /// What only a store with exactly these events has.
  public let digest: String

  /// A mark.
  public init(number: Int, digest: String) {
    self.number = number
    self.digest = digest
  }

  /// The hash of the service's state that holds it.
  static let hash = "stored"

  init?(_ fields: [Identifier: String]) {
    guard let number = fields["number"].flatMap({ Int($0) }), let digest = fields["digest"] else { return nil }
    self.init(number: number, digest: digest)
  }

  /// The effects that keep it.
  public var effects: Effects {
    Effects { $0.set(Self.hash, ["number": "\(number)", "digest": digest]) }
  }
}
