/// Says which names may become a part of keys; the one place that does.
package enum NameRule {
  /// What follows a shard's log in keys of the runtime: a service of such a name would write into them.
  static let ofShards = [
    "behind", "blocked", "clock", "config", "confirmed", "dead", "discarded", "inbox", "lease", "log", "outbox", "rate",
    "rebuild", "redrive", "redriven", "restore", "retry", "rewound", "scheduled", "sealed", "seen", "stored", "topics",
    "unread",
  ]
  /// What follows a namespace in keys of the runtime: a namespace of such a name would have the same keys as another one.
  static let ofNamespaces = ["config", "rate", "roster", "slots", "wake", "workers"]

  /// What is wrong with a namespace's name; nil if nothing is.
  package static func problem(withNamespace name: String) -> String? {
    for part in name.split(separator: ":", omittingEmptySubsequences: false) {
      if let problem = problem(with: part) { return "'\(name)' is no name of a namespace: \(problem)" }
      if ofNamespaces.contains(where: { $0 == part }) {
        return "'\(name)' is no name of a namespace: '\(part)' is reserved"
      }
    }
    return nil
  }

  /// What is wrong with a service's name; nil if nothing is.
  static func problem(withService name: String) -> String? {
    if let problem = problem(with: name[...]) { return "'\(name)' is no name of a service: \(problem)" }
    guard ofShards.contains(name) || ofNamespaces.contains(name) else { return nil }
    return
      "'\(name)' is no name of a service: it is reserved, as \((ofShards + ofNamespaces).sorted().joined(separator: ", ")) are"
  }

  /// What is wrong with a topic's name; nil if nothing is.
  static func problem(withTopic name: String) -> String? {
    problem(with: name[...]).map { "'\(name)' is no name of a topic: \($0)" }
  }

  /// What is wrong with the name of a hash or stream of a service's state; nil if nothing is.
  static func problem(withState name: String) -> String? {
    if name.isEmpty { return "the name of a hash or stream is empty" }
    if name.utf8.count > 512 { return "the name of a hash or stream has more than 512 bytes: \(name.prefix(40))…" }
    guard name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
    return "the name of a hash or stream has control characters"
  }

  private static let longest = 64

  private static func problem(with part: Substring) -> String? {
    if part.isEmpty { return "it, or a part of it, is empty" }
    if part.utf8.count > longest { return "more than \(longest) characters" }
    let isPlain = part.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain ? nil : "only letters of ASCII, digits and - _ . are allowed"
  }
}
