/// What a node of a cluster answers where another one is to be asked.
struct Redirect: Hashable {
  enum Kind: Hashable {
    /// The slot belongs to the other one from now on.
    case moved
    /// This command only: the slot is on its way there.
    case ask
  }

  let kind: Kind
  let slot: Int
  let address: RedisURL.Address

  /// Reads `MOVED 3999 127.0.0.1:6381` or `ASK 3999 ::1:6381`.
  ///
  /// - Parameters:
  ///   - line: the error.
  ///   - origin: who answered it: an address without a host is one of the same host.
  init?(_ line: String, from origin: RedisURL.Address) {
    let words = line.split(separator: " ")
    guard words.count == 3, let slot = RedisURL.decimal(words[1]), (0..<Slot.count).contains(slot),
      let colon = words[2].lastIndex(of: ":"), let port = RedisURL.decimal(words[2][words[2].index(after: colon)...]),
      (1...65535).contains(port)
    else { return nil }
    switch words[0] {
    case "MOVED": kind = .moved
    case "ASK": kind = .ask
    default: return nil
    }
    self.slot = slot
    address = origin.onSameHost(String(words[2][..<colon]), port: port)
  }
}

extension RedisURL.Address {
  /// The address of another node, as one of the cluster tells it.
  ///
  /// - Parameters:
  ///   - host: empty where it can't say: then it is this one's.
  ///   - port: the other's.
  func onSameHost(_ host: String, port: Int) -> RedisURL.Address {
    guard host.isEmpty || host == "?" else { return .tcp(host: host, port: port) }
    if case .tcp(let own, _) = self { return .tcp(host: own, port: port) }
    return .tcp(host: "127.0.0.1", port: port)
  }
}
