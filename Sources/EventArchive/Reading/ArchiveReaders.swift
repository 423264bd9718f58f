import EventStreams
import Synchronization

/// Readers of one archive that many requests share: a few connections to a server, or files that stay open.
///
/// What is asked of one reader waits for what was asked of it before; so whoever reads for long does it with readers of its own. They are opened when they
/// are needed, and again after a while, or if another file has the name by then.
public final class ArchiveReaders: Sendable {
  private struct Opened {
    let begun: ContinuousClock.Instant
    let task: Task<ArchiveReader, any Error>
  }

  private let path: String
  private let domain: ArchiveDomain
  private let opened: Mutex<[Opened?]>
  private let next = Atomic(0)
  private let count: Int
  private static let age = Duration.seconds(60)

  /// Readers of an archive that may not be there yet.
  ///
  /// - Parameters:
  ///   - path: of its file, or the URL of its database.
  ///   - domain: what its events are.
  ///   - count: how many are open at the most.
  public init(path: String, of domain: ArchiveDomain, count: Int) {
    self.path = path
    self.domain = domain
    self.count = max(1, count)
    opened = Mutex(Array(repeating: nil, count: self.count))
  }

  /// Whether there is anything to open: a file that nobody has made yet is not there.
  public var isThere: Bool { (try? ArchivePlace(path))?.isThere ?? false }

  /// One of them.
  ///
  /// - Throws: `ArchiveProblem` if there is none, or what its database says.
  public func reader() async throws -> ArchiveReader {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue & .max % count
    do {
      let reader = try await open(index, isNew: false)
      if reader.isCurrent { return reader }
    } catch {
      // It may be there by now.
    }
    return try await open(index, isNew: true)
  }

  private func open(_ index: Int, isNew: Bool) async throws -> ArchiveReader {
    let now = ContinuousClock.now
    return try await opened.withLock { opened in
      if !isNew, let known = opened[index], known.begun.duration(to: now) < Self.age { return known.task }
      let task = Task { [path, domain] in try await ArchiveReader.open(path: path, of: domain) }
      opened[index] = Opened(begun: now, task: task)
      return task
    }.value
  }
}
