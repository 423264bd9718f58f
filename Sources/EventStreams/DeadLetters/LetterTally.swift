import HiredisClient

/// What a dead letter is counted by.
package struct LetterTally: Sendable {
  /// The letter's id.
  package let id: EntryID
  /// What was wrong.
  package private(set) var reason: String
  /// When it was given up.
  package private(set) var at: Timestamp
  /// The type of its event; nil if it is none, or nobody asked.
  package let type: EventType?

  /// Reads entries of a stream of letters, with one parser for all.
  static func all(in reply: borrowing Reply, withTypes: Bool) throws -> [LetterTally] {
    try reply.root.check()
    var tallies: [LetterTally] = []
    tallies.reserveCapacity(reply.root.count)
    var parser = JSONParser()
    for index in 0..<reply.root.count {
      let fields = reply.root[index][1]
      let id = EntryID(utf8: reply.root[index][0].bytes) ?? .zero
      let type = withTypes ? try? EventHeader(ofEvent: fields[field: "event"].bytes, fallbackID: "").type : nil
      do throws(JSONError) {
        var about = try parser.parse(fields[field: "about"].bytes).object()
        tallies.append(LetterTally(id: id, reason: try about["reason"], at: try about["at"], type: type))
      } catch {
        tallies.append(
          LetterTally(id: id, reason: "this letter can't be read: about: \(error)", at: id.recordedAt, type: type))
      }
    }
    return tallies
  }

  /// The same by what is known since it was handled again.
  func with(_ about: DeadLetter.About) -> LetterTally {
    var tally = self
    (tally.reason, tally.at) = (about.reason, about.at)
    return tally
  }
}
