import Synchronization

/// A service's state in one shard, in memory: what its effects come to, event by event.
///
/// Handlers that read the state read it from here.
public final class StateImage: StateReader {
  /// What it holds.
  package struct Contents: Sendable {
    package var hashes: [Identifier: [Identifier: String]] = [:]
    package var streams: [Identifier: [StoredRecord]] = [:]
    /// When a hash or stream vanishes, of those that do.
    package var expiries: [Identifier: Timestamp] = [:]
    /// What was written since `takeTouched`.
    package var touched: Set<Identifier> = []

    /// The names of all hashes and streams.
    package var names: Set<Identifier> { Set(hashes.keys).union(streams.keys) }

    package init() {}
  }

  private let contents: Mutex<Contents>
  private let keepsRecords: @Sendable (_ stream: String) -> Bool

  /// A state with nothing in it.
  ///
  /// - Parameter keepsRecords: whether to keep what is appended to a stream.
  public convenience init(keepsRecords: @escaping @Sendable (_ stream: String) -> Bool = { _ in true }) {
    self.init(Contents(), keepsRecords: keepsRecords)
  }

  package init(_ contents: Contents, keepsRecords: @escaping @Sendable (_ stream: String) -> Bool = { _ in true }) {
    self.contents = Mutex(contents)
    self.keepsRecords = keepsRecords
  }

  package var current: Contents { contents.withLock { $0 } }

  /// The names of what was written since the last call.
  package func takeTouched() -> Set<Identifier> {
    contents.withLock { contents in
      defer { contents.touched = [] }
      return contents.touched
    }
  }

  // MARK: Effects

  /// What effects write on the state as it is; increments as the values they lead to.
  ///
  /// - Parameters:
  ///   - effects: of one event.
  ///   - isPublished: whether an event is known to have been published: it tells which way a choice went.
  public func writes(of effects: Effects, _ isPublished: (String) -> Bool) -> [Effects.Write] {
    possibleWrites(of: effects, isPublished) ?? []
  }

  /// What effects write on the state as it is; nil for effects that a commit would refuse.
  package func possibleWrites(of effects: Effects, _ isPublished: (String) -> Bool) -> [Effects.Write]? {
    contents.withLock { Self.possibleWrites(of: effects, on: $0, isPublished) }
  }

  /// The ids of the events that effects publish or schedule, before they are applied.
  ///
  /// - Parameters:
  ///   - effects: of one event.
  ///   - isPublished: whether an event is known to have been published: it tells which way a choice went.
  public func published(by effects: Effects, _ isPublished: (String) -> Bool) -> [(type: EventType, id: String)] {
    writes(of: effects, isPublished).compactMap {
      switch $0 {
      case .publish(let type, let id, _), .schedule(let type, let id, _, _): (type, id)
      default: nil
      }
    }
  }

  /// Applies an event's effects, but for what they publish, schedule and cancel: all, or none if a commit would refuse them.
  ///
  /// - Parameters:
  ///   - effects: of one event.
  ///   - place: of the event in the log.
  ///   - isPublished: whether an event is known to have been published: it tells which way a choice went. Else the state does.
  public func apply(_ effects: Effects, at place: EntryID, _ isPublished: (String) -> Bool) {
    contents.withLock { contents in
      for write in Self.possibleWrites(of: effects, on: contents, isPublished) ?? [] {
        apply(write, at: place, to: &contents)
      }
    }
  }

  private static func possibleWrites(
    of effects: Effects, on contents: Contents, _ isPublished: (String) -> Bool
  ) -> [Effects.Write]? {
    withoutActuallyEscaping(isPublished) { isPublished in
      let resolved = ResolvedEffects(effects, isPublished: isPublished) { contents.hashes[$0]?[$1] }
      return resolved.isPossible ? resolved.writes : nil
    }
  }

  private func apply(_ write: Effects.Write, at place: EntryID, to contents: inout Contents) {
    switch write {
    case .append(let stream, _) where !keepsRecords(stream): break
    case .append(let stream, let record):
      let last = contents.streams[stream]?.last?.id
      contents.streams[stream, default: []].append((max(place, last?.next ?? place), record))
      contents.touched.insert(stream)
    case .set(let hash, let field, let value):
      contents.hashes[hash, default: [:]][field] = value
      contents.touched.insert(hash)
    case .remove(let hash, let field):
      contents.hashes[hash]?[field] = nil
      // As the server does.
      if contents.hashes[hash]?.isEmpty == true { contents.hashes[hash] = nil }
      contents.touched.insert(hash)
    case .expire(let name, let milliseconds):
      contents.expiries[name] = place.recordedAt + .milliseconds(milliseconds)
      contents.touched.insert(name)
    case .delete(let name):
      contents.hashes[name] = nil
      contents.streams[name] = nil
      contents.expiries[name] = nil
      contents.touched.insert(name)
    // Increments have become values.
    case .publish, .schedule, .cancel, .increment: break
    }
  }

  /// Removes what has vanished by now.
  package func expire(at now: Timestamp) {
    contents.withLock { contents in
      for (name, time) in contents.expiries where time <= now {
        contents.hashes[name] = nil
        contents.streams[name] = nil
        contents.touched.insert(name)
      }
    }
  }

  // MARK: What handlers read

  /// Every field of a hash.
  public func hash(_ name: String, shard: Int) async throws -> [Identifier: String] {
    contents.withLock { $0.hashes[name] ?? [:] }
  }

  /// One field of a hash.
  public func field(_ hash: String, _ field: String, shard: Int) async throws -> String? {
    contents.withLock { $0.hashes[hash]?[field] }
  }

  /// Records of a stream after a place.
  public func records(
    _ stream: String, shard: Int, after: EntryID, limit: Int
  ) async throws -> [(EntryID, [UInt8])] {
    contents.withLock { contents in
      guard let records = contents.streams[stream] else { return [] }
      // Ids grow.
      var (low, high) = (0, records.count)
      while low < high {
        let middle = (low + high) / 2
        if records[middle].id <= after { low = middle + 1 } else { high = middle }
      }
      return records[low...].prefix(limit).map { ($0.id, $0.json) }
    }
  }
}
