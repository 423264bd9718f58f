import EventStreams

/// Follows the chain of one shard through its rows in the order of their places, and tells what breaks it.
///
/// Each row is checked against what the row of the link before it says that it hashes to. So one change is one fault, however
/// many rows come after it.
struct ChainWalk {
  /// What a row says that it hashes to, until its successor has been checked.
  private struct Claim {
    let hash: ChainHash
    /// What it really hashes to, if that is something else.
    var computed: ChainHash?
    let entryID: EntryID
    /// Another row of the same link, which may be the one that was stored.
    var rival: Rival?
  }

  private struct Rival {
    let hash: ChainHash
    let fault: ArchiveFault
  }

  private let shard: Int
  private let head: ChainLink?
  /// By link. One, as long as rows come in the order of their links.
  private var claims = [0: Claim(hash: .start, entryID: .zero)]
  /// Rows that came before the row of the link before theirs, by link: that one's batch was tried again.
  private var waiting: [Int: ArchivedEvent] = [:]
  private var links = LinkRanges()
  /// Link -> fault, and what the row was checked against.
  private var changed: [Int: (fault: ArchiveFault, before: Claim)] = [:]
  private var beyondHead: [ArchivedEvent] = []
  private var hashAtHead: ChainHash?

  /// Rows so far.
  private(set) var rows = 0
  private var faults = FaultList()

  /// - Parameter head: where the chain ends, as stored; nil if nothing is.
  init(shard: Int, head: ChainLink?) {
    self.shard = shard
    self.head = head
  }

  /// Takes in the next row.
  mutating func add(_ row: ArchivedEvent) {
    rows += 1
    guard let link = row.link, let hash = row.hash, link > 0 else {
      return add(.inserted, row.entryID, row.link, "the row has no link or hash: its service did not store it")
    }
    if let head, link > head.number, beyondHead.count < FaultList.limit { beyondHead.append(row) }
    guard links.insert(link) else { return addRepeated(row, link, hash) }
    if link == head?.number { hashAtHead = hash }
    var claim = Claim(hash: hash, entryID: row.entryID)
    if let before = claims.removeValue(forKey: link - 1) {
      let computed = check(row, link, after: before)
      if computed != hash { claim.computed = computed }
    } else {
      waiting[link] = row
    }
    if let successor = waiting.removeValue(forKey: link + 1) {
      _ = check(successor, link + 1, after: claim)
    } else {
      claims[link] = claim
    }
  }

  /// Checks a row; returns what it hashes to.
  private mutating func check(_ row: ArchivedEvent, _ link: Int, after before: Claim) -> ChainHash {
    let computed = hash(of: row, after: before.hash)
    if follows(row, before) { return computed }
    if let rival = before.rival {
      let followed = hash(of: row, after: rival.hash)
      if followed == row.hash {
        // Of the two rows before, this is the one that was stored.
        faults.replace(rival.fault, by: rival.fault.of(before.entryID))
        return followed
      }
    }
    let other = link == 1 ? "" : ", or the hash of the row before it in the chain, \(before.entryID), was"
    let fault = ArchiveFault(
      kind: .changed, shard: shard, entryID: row.entryID, link: link,
      detail: "the row does not hash to what it says: its event, entry id or hash was changed\(other)")
    faults.add(fault)
    if changed.count < FaultList.limit { changed[link] = (fault, before) }
    return computed
  }

  /// True if the row follows the one before it, even if that one's hash was changed.
  private func follows(_ row: ArchivedEvent, _ before: Claim) -> Bool {
    if hash(of: row, after: before.hash) == row.hash { return true }
    guard let computed = before.computed else { return false }
    return hash(of: row, after: computed) == row.hash
  }

  private func hash(of row: ArchivedEvent, after previous: ChainHash) -> ChainHash {
    ChainHash(after: previous, shard: shard, entryID: row.entryID, event: row.json)
  }

  /// Two rows have one link: one of them was inserted.
  private mutating func addRepeated(_ row: ArchivedEvent, _ link: Int, _ hash: ChainHash) {
    let inserted = ArchiveFault(
      kind: .inserted, shard: shard, entryID: row.entryID, link: link,
      detail: "another row has the same link: its service did not store this one")
    guard let (fault, before) = changed[link], follows(row, before) else {
      faults.add(inserted)
      claims[link]?.rival = Rival(hash: hash, fault: inserted)
      return
    }
    // It was the other one.
    changed[link] = nil
    faults.replace(fault, by: inserted.of(fault.entryID))
    if claims[link] != nil { claims[link] = Claim(hash: hash, entryID: row.entryID) }
    if link == head?.number { hashAtHead = hash }
  }

  /// Ends the walk; returns what is wrong.
  mutating func finish() -> FaultList {
    let end = max(head?.number ?? 0, links.ranges.last?.upperBound ?? 0)
    for gap in links.gaps(through: end) { addRemoved(gap) }
    addHead()
    return faults
  }

  private mutating func addRemoved(_ gap: ClosedRange<Int>) {
    let before = claims[gap.lowerBound - 1]?.entryID
    let rows = gap.count == 1 ? "a row" : "\(gap.count) rows (links \(gap.lowerBound) to \(gap.upperBound))"
    let place: String
    if let after = waiting[gap.upperBound + 1]?.entryID {
      place = "stored before \(after), which can't be checked without"
    } else {
      place = "at the end of the chain"
    }
    let start =
      gap.lowerBound == 1 ? "from the chain's beginning on" : "stored after \(before?.description ?? "an unknown row")"
    add(.removed, gap.lowerBound == 1 ? nil : before, gap.lowerBound, "\(rows) missing, \(start), \(place)")
  }

  private mutating func addHead() {
    guard let head else {
      if rows > 0 { add(.head, nil, nil, "it is not recorded where the chain ends: that record was removed") }
      return
    }
    if let hashAtHead, hashAtHead != head.hash {
      add(.head, nil, head.number, "the chain ends with another hash than the row of its last link has: it was changed")
    } else if hashAtHead != nil || head.number == 0 {
      for row in beyondHead {
        guard let link = row.link else { continue }
        let inserted = ArchiveFault(
          kind: .inserted, shard: shard, entryID: row.entryID, link: link,
          detail:
            "the row is beyond the chain's end, link \(head.number): its service did not store it, or the end was changed"
        )
        if let (fault, _) = changed[link], fault.entryID == row.entryID {
          faults.replace(fault, by: inserted)
        } else {
          faults.add(inserted)
        }
      }
    }
  }

  private mutating func add(_ kind: ArchiveFault.Kind, _ id: EntryID?, _ link: Int?, _ detail: String) {
    faults.add(ArchiveFault(kind: kind, shard: shard, entryID: id, link: link, detail: detail))
  }
}

extension ArchiveFault {
  /// The same of another row.
  fileprivate func of(_ entryID: EntryID?) -> ArchiveFault {
    ArchiveFault(kind: kind, shard: shard, entryID: entryID, link: link, detail: detail)
  }
}
