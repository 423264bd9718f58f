import EventArchive
import EventStreams
import EventStreamsOperations

/// What a service has given up on for good.
struct GivenUp: Hashable {
  let service: Identifier
  let place: LogPlace
}

/// The archive of a namespace in the shards that it is split into, made in two parts: while the namespace goes on, and when it has ended. Knows where
/// in it the events stand that services have given up on.
struct SplitCopy {
  private let archive: ArchiveReader
  private let path: String
  private let split: Namespace
  private let catalog: EventCatalog
  private var copy: ArchiveCopy
  /// The end of the first part.
  private var end = Timestamp(secondsSinceEpoch: 0)
  private var known: Set<GivenUp> = []
  private var places: [LogPlace: LogPlace] = [:]

  init(of archive: ArchiveReader, to path: String, for split: Namespace, _ catalog: EventCatalog) async throws {
    self.archive = archive
    self.path = path
    self.split = split
    self.catalog = catalog
    copy = try await Self.copy(of: archive, to: path, for: split, catalog)
  }

  private static func copy(
    of archive: ArchiveReader, to path: String, for split: Namespace, _ catalog: EventCatalog
  ) async throws -> ArchiveCopy {
    let owners = ShardOwners(split, catalog)
    return try await ArchiveCopy(of: archive, to: path) { try owners.shard(of: $0) }
  }

  /// Copies what was recorded up to a time by which nothing is added to the archive any more.
  mutating func begin(through end: Timestamp, givenUp: Set<GivenUp>, _ onProgress: (Int) -> Void) async throws {
    (self.end, known) = (end, givenUp)
    places = try await copy.run(through: end, finding: Set(givenUp.map(\.place)), onProgress: onProgress)
  }

  /// Copies the rest.
  ///
  /// - Returns: what was given up on, with its places in the copy.
  mutating func finish(givenUp: Set<GivenUp>, _ onProgress: (Int) -> Void) async throws -> Set<GivenUp> {
    var wanted = givenUp.subtracting(known)
    if wanted.contains(where: { $0.place.entryID.recordedAt <= end }) {
      // It was copied before anybody gave up on it, and is passed by once more.
      copy = try await Self.copy(of: archive, to: path, for: split, catalog)
      wanted = givenUp
    }
    let found = try await copy.run(finding: Set(wanted.map(\.place)), onProgress: onProgress)
    places.merge(found) { $1 }
    return Set(givenUp.compactMap { given in places[given.place].map { GivenUp(service: given.service, place: $0) } })
  }
}
