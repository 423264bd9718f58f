public import EventStreams

/// Something in the archive that is not as it was stored, or not as the log has it.
public struct ArchiveFault: Sendable, Hashable {
  /// What is wrong; more kinds may be added.
  public enum Kind: String, Sendable, CaseIterable, JSONWritable {
    /// A row does not hash to what it says: its event, place or hash was changed.
    case changed
    /// Rows were stored that are not there any more.
    case removed
    /// A row that the service did not store.
    case inserted
    /// The end of a shard's chain is not what was stored.
    case head
    /// The log holds another text of the event.
    case notAsLogged
    /// Analytics has acknowledged an event that has no row.
    case missing
    /// The log does not hold the row's event, although it holds earlier ones.
    case notInLog
    /// Fewer events are in archive and log than were ever added to the log.
    case uncounted
  }

  /// What is wrong.
  public let kind: Kind
  /// In which shard.
  public let shard: Int
  /// The row's place, or that of the last row before what is wrong; nil if there is none.
  public let entryID: EntryID?
  /// The row's link, or the first of those that are missing; nil if there is none.
  public let link: Int?
  /// What it is, for people.
  public let detail: String
}

extension ArchiveFault: JSONWritable, CustomStringConvertible {
  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("kind", kind)
      $0.field("shard", shard)
      $0.field("entryId", entryID?.description)
      $0.field("link", link)
      $0.field("detail", detail)
    }
  }

  /// `changed shard 3 1775212200000-0 link 17: …`
  public var description: String {
    let place = entryID.map { " \($0)" } ?? ""
    return "\(kind.rawValue) shard \(shard)\(place)\(link.map { " link \($0)" } ?? ""): \(detail)"
  }
}
