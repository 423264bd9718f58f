/// What an owner knows of the places where one read followed another, where a group that somebody moved may have passed over something.
extension ProtocolState.Worker {
  /// Begins an epoch, with everything given out up to where the groups stand.
  mutating func begin(at places: [Int]) {
    read = places
    given = places.max() ?? 0
  }

  /// Notes what a read has given.
  ///
  /// - Returns: false if some of it comes before what was given out.
  mutating func note(_ answer: [[ProtocolState.Entry]]) -> Bool {
    var isInOrder = true
    for entries in answer {
      guard let first = entries.first, let last = entries.last else { continue }
      seams.append(ProtocolState.Seam(topic: first.topic, after: read[first.topic], before: first.id))
      read[first.topic] = last.id
      if first.id < given { isInOrder = false }
    }
    return isInOrder
  }

  /// Notes what was pending and is given out, before which nothing was left out in any topic.
  mutating func note(recovered last: Int) {
    given = max(given, last)
    read = read.map { max($0, last) }
  }

  /// Forgets what was read and not given out.
  mutating func forgetCarried() {
    carried = []
    read = read.enumerated().map { topic, last in
      seams.first { $0.topic == topic && $0.before > given }?.after ?? min(last, given)
    }
    seams.removeAll { $0.before > given }
  }

  /// The seams that a commit of some entries moves the position over: to there and no further.
  mutating func takeSeams(passedBy entries: [ProtocolState.Entry]) -> [ProtocolState.Seam] {
    settled = max(settled, entries.map(\.id).max() ?? 0)
    let open = read.enumerated().map { ProtocolState.Seam(topic: $0, after: $1, before: .max) }
    let passed = (seams + open).filter { $0.after < settled }.map {
      ProtocolState.Seam(topic: $0.topic, after: $0.after, before: min($0.before, settled + 1))
    }
    seams.removeAll { $0.before <= settled }
    return passed
  }
}
