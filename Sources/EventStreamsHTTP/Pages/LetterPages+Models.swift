import EventStreams
import EventStreamsOperations
import Hummingbird

extension LetterPages {
  struct ListModel: Sendable {
    struct Group: Sendable {
      let value: String
      let path: String
      let count: String
      let first: String
      let last: String
    }

    struct Aspect: Sendable {
      let name: String
      let path: String
    }

    struct Row: Sendable {
      let letter: String
      let path: String
      let type: String
      let key: String
      let keyPath: String?
      let state: String
      let reason: String
      let attempts: Int
      let at: String
    }

    let frame: Site.Frame
    let name: String
    let path: String
    let summary: String
    let done: String?
    let hasGroups: Bool
    let by: String
    let groups: [Group]
    let groupNote: String
    let aspects: [Aspect]
    let type: String?
    let key: String?
    let reason: String?
    let from: String?
    let to: String?
    let isFiltered: Bool
    let query: String
    let asOf: String
    let letters: [Row]
    let isEmpty: Bool
    let canAct: Bool
    let next: String?

    init(
      frame: Site.Frame, _ service: String, _ query: Query, _ page: DeadLetters.Page, last: EntryID,
      _ found: (DeadLetters.Groups, DeadLetters.Aspect)?, _ request: Request, _ site: Site, canAct: Bool
    ) {
      self.frame = frame
      name = service
      let path = "/services/\(service.inAddress)"
      self.path = path
      summary = found.map { "\($0.0.total.grouped) in all" } ?? ""
      done = query["done"]
      by = found?.1.rawValue ?? ""
      groups = (found?.0.groups ?? []).prefix(12).map { group in
        Group(
          value: group.value, path: "\(path)/dead-letters?\(found?.1.rawValue ?? "reason")=\(group.value.inAddress)",
          count: group.count.grouped, first: group.first?.forPeople ?? "", last: group.last?.forPeople ?? "")
      }
      hasGroups = !groups.isEmpty
      groupNote =
        found.map { found, aspect in
          let more = (found.groups.count - 12).more ?? "\(found.groups.count.grouped) in all"
          return found.isWhole ? more : "\(more); of the newest \(found.looked.grouped) letters"
        } ?? ""
      aspects = DeadLetters.Aspect.allCases.map {
        Aspect(name: $0.rawValue, path: "\(path)/dead-letters?by=\($0.rawValue)")
      }
      (type, key, reason, from, to) = (query["type"], query["key"], query["reason"], query["from"], query["to"])
      isFiltered = [type, key, reason, from, to].contains { $0 != nil }
      self.query = request.uri.query ?? ""
      asOf = "\(last)"
      letters = page.letters.map { letter in
        let header = letter.header
        return Row(
          letter: "\(letter.name)", path: "\(path)/dead-letters/\(letter.name)",
          type: header?.type.rawValue ?? "no event",
          key: letter.key, keyPath: site.subjectPath(header, letter.json), state: letter.isParked ? "parked" : "dead",
          reason: letter.about.reason, attempts: letter.about.attempts, at: letter.about.at.forPeople)
      }
      isEmpty = letters.isEmpty
      self.canAct = canAct
      next = page.next.map { request.pageAddress(after: $0.description) }
    }
  }

  struct LetterModel: Sendable {
    let frame: Site.Frame
    let name: String
    let path: String
    let letter: String
    let state: String
    let pairs: [Pair]
    let canAct: Bool
    let event: String

    init(frame: Site.Frame, _ letter: DeadLetter, _ site: Site, canAct: Bool) {
      self.frame = frame
      name = letter.service
      path = "/services/\(letter.service.inAddress)"
      self.letter = "\(letter.name)"
      state = letter.isParked ? "parked" : "dead"
      var pairs = [
        Pair("Reason", letter.about.reason),
        Pair("Key", letter.key, path: site.subjectPath(letter.header, letter.json)),
        Pair("Attempts", "\(letter.about.attempts)"),
      ]
      if let error = letter.about.firstError { pairs.append(Pair("First error", error)) }
      if let error = letter.about.lastError { pairs.append(Pair("Last error", error)) }
      pairs += [
        Pair("Given up", "\(letter.about.at) by \(letter.about.worker)"),
        Pair(
          "Entry", "\(letter.entryID)\(letter.topic.isEmpty ? ", of the history" : " of \(letter.topic)")",
          path: letter.topic.isEmpty ? nil : "/events/\(letter.shard)/\(letter.entryID)"),
        Pair("Shard", "\(letter.shard)"),
      ]
      self.pairs = pairs
      self.canAct = canAct
      event = letter.json.isEmpty ? "The log did not hold it any more." : letter.json.indentedJSON
    }
  }
}
