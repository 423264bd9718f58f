extension ProtocolState: CustomStringConvertible {
  var description: String { ([server.description] + workers.map(\.description)).joined(separator: " | ") }
}

extension ProtocolState.Server: CustomStringConvertible {
  var description: String {
    let places = places.map { $0.map(String.init) ?? "gone" }.joined(separator: ", ")
    let pending = pending.keys.sorted { $0.id < $1.id }
    let lease = "owner \(owner.map(String.init) ?? "none") epoch \(epoch) commit \(commit)"
    return "log \(log) groups at \(places) pending \(pending) position \(position) behind \(behind.sorted()) \(lease) "
      + "applied \(applied)"
  }
}

extension ProtocolState.Worker: CustomStringConvertible {
  var description: String {
    guard let epoch else { return "\(name) owns nothing" }
    let phase =
      switch phase {
      case .cuttingOff: "cutting off"
      case .recovering(let entry): "recovering after \(entry?.description ?? "0")"
      case .reading: isConnected ? "reading" : "disconnected"
      }
    let waiting = unanswered.map { " waits for \($0.entries)" } ?? ""
    return "\(name) in epoch \(epoch) \(phase) carries \(carried) has \(inFlight)\(waiting)"
  }
}
