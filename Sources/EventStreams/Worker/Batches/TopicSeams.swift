import DequeModule

/// Where one topic of a shard was given out, run after run: between two runs, and after the last one, it must have nothing up to the position,
/// unless somebody has moved the group. A commit names what the position passes over.
struct TopicSeams {
  private var seams: Deque<(after: EntryID, before: EntryID)> = []
  /// The last entry that was given out, or the place up to which it was found whole.
  private var last: EntryID

  /// - Parameter place: up to here everything is pending or settled.
  init(from place: EntryID) { last = place }

  /// Takes in that a run of entries was given out, between which the topic has no other.
  mutating func add(first: EntryID, through end: EntryID) {
    guard first > last else { return passed(end) }
    seams.append((last, first))
    last = end
  }

  /// Takes in that everything up to a place is pending or settled.
  mutating func passed(_ place: EntryID) { last = max(last, place) }

  /// What is to be looked at before the position moves to a place: after one entry, and before another.
  mutating func take(through place: EntryID) -> [(after: EntryID, before: EntryID)] {
    var taken: [(after: EntryID, before: EntryID)] = []
    while let seam = seams.first, seam.before <= place {
      taken.append(seam)
      seams.removeFirst()
    }
    if let open = seams.first {
      if open.after < place {
        taken.append((open.after, place.next))
        seams[0].after = place
      }
    } else if last < place {
      taken.append((last, place.next))
      last = place
    }
    return taken
  }
}
