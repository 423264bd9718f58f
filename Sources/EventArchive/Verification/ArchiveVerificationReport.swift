public import EventStreams

/// What a verification of the archive found.
public struct ArchiveVerificationReport: Sendable, JSONWritable {
  /// Whether all events that were ever added to a log can be accounted for.
  public enum Counting: String, Sendable, JSONWritable {
    /// Archive and log hold as many events as were ever added.
    case complete
    /// They hold fewer.
    case incomplete
    /// The log was lost and has begun anew, and its count of what was added with it: a hole in the part of the archive that
    /// the log does not hold any more can't be told by counting. The chain tells if rows were removed.
    case notComparable
  }

  /// What was looked at in one shard.
  public struct Shard: Sendable, JSONWritable {
    /// The shard.
    public let shard: Int
    /// Rows whose chain was recomputed.
    public internal(set) var rows = 0
    /// Entries of the log that were compared with their rows; nil without the log.
    public internal(set) var compared: Int?
    /// Whether the numbers fit; nil without the log.
    public internal(set) var counting: Counting?

    init(shard: Int) { self.shard = shard }

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", shard)
        $0.field("rows", rows)
        $0.field("compared", compared)
        $0.field("counting", counting)
      }
    }
  }

  /// By shard.
  public internal(set) var shards: [Shard] = []
  /// Whether there was a log to compare with.
  public internal(set) var hasLog = false
  var faults = FaultList()

  /// True if nothing is wrong.
  public var holds: Bool { faults.count == 0 }
  /// What is wrong; the first thousand faults.
  public var found: [ArchiveFault] { faults.faults }
  /// How many faults there are.
  public var faultCount: Int { faults.count }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("holds", holds)
      $0.field("logCompared", hasLog)
      $0.field("shards", shards)
      $0.field("faultCount", faultCount)
      $0.field("faults", found)
    }
  }
}
