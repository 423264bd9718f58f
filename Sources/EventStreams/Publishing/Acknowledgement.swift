/// Who besides the server must have what was published before it counts as published.
///
/// It survives the promotion of a replica that has it. It is no consensus: where a replica without it is promoted, it is gone.
public struct Acknowledgement: Sendable, Hashable {
  enum Kind: Hashable {
    case replicas(Int)
    case all
    case fsync
  }

  let kind: Kind
  /// How long it is waited for.
  public let timeout: Duration

  private init(_ kind: Kind, _ timeout: Duration) {
    self.kind = kind
    self.timeout = timeout
  }

  /// So many replicas.
  public static func replicas(_ count: Int, within timeout: Duration) -> Acknowledgement {
    Acknowledgement(.replicas(count), timeout)
  }

  /// All replicas that are connected, or were while this publisher publishes; one at least.
  public static func all(within timeout: Duration) -> Acknowledgement { Acknowledgement(.all, timeout) }

  /// The server's disk; takes Redis 7.2 or newer, and its append-only file.
  public static func fsync(within timeout: Duration) -> Acknowledgement { Acknowledgement(.fsync, timeout) }
}
