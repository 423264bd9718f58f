import EventStreams

/// The ids of events that say what became of something.
enum OutcomeID {
  /// Of what became of another event: `COMPLETION_REFUSED:<its id>`, which is shortened where it would be too long for an id.
  static func of(_ type: EventType, cause: String) -> String {
    let id = "\(type.rawValue):\(cause)"
    guard id.utf8.count > Identifier.longest else { return id }
    let start = String(decoding: id.utf8.prefix(Identifier.longest - 20), as: UTF8.self)
    return "\(start.dropLast())-\(String(Digest.fnv1a(cause), radix: 16))"
  }

  /// Of what became of one ride because of another event.
  static func of(_ type: EventType, ride: String, cause: String) -> String {
    of(type, cause: "\(ride.utf8.count)/\(ride)/\(cause)")
  }

  /// Of the refusal of another event that says something else than one before it, which may have had the same id: what it says is part of the
  /// refusal's id, so that nobody takes it for one of the event before.
  static func of(_ type: EventType, cause: String, saying content: [String]) -> String {
    var digest = Digest.start
    for part in content { digest = Digest.fnv1a(CollectionOfOne(0), after: Digest.fnv1a(part.utf8, after: digest)) }
    return of(type, cause: "\(cause)~\(String(digest, radix: 16))")
  }

  /// Of one correction of one ride: `RIDE_REFUNDED/4/r-17/c1`. Corrections of different rides may have the same name, and names may hold
  /// any character: the ride's length tells where it ends, and no ride's own event has such an id.
  static func of(_ type: EventType, ride: String, correction: String) -> String {
    "\(type.rawValue)/\(ride.utf8.count)/\(ride)/\(correction)"
  }

  /// What the latter was before it named the ride, as logs of that time have it.
  static func earlier(_ type: EventType, correction: String) -> String { "\(type.rawValue):\(correction)" }

  /// Whether two ids are the same, also if the first is what the second was called earlier.
  static func isSame(_ id: String?, as known: String?) -> Bool {
    guard let id, let known else { return id == nil && known == nil }
    if id.hasSameBytes(as: known) { return true }
    let parts = known.split(separator: "/", maxSplits: 2)
    guard parts.count == 3, let count = Int(parts[1]), parts[2].utf8.count > count else { return false }
    let correction = String(decoding: parts[2].utf8.dropFirst(count + 1), as: UTF8.self)
    return id.hasSameBytes(as: earlier(EventType(rawValue: String(parts[0])), correction: correction))
  }
}
