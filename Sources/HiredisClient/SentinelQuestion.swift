/// Asks a Sentinel where the master is.
struct SentinelQuestion {
  /// What Sentinel calls it; `nil` for the only one that it watches over.
  private let master: String?

  init(_ master: String?) {
    self.master = master
  }

  /// - Throws: A ``RedisError`` that says what there is, if it isn't clear which master is meant.
  func ask(_ sentinel: inout Context) throws(RedisError) -> RedisURL.Address {
    do throws(RedisError) {
      let name = try name(&sentinel)
      let reply = try Self.call(&sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
      guard !reply.root.isNil else { throw RedisError(.unreachable, "Sentinel knows no master '\(name)'") }
      return .tcp(host: try reply.root[0].string(), port: try reply.root[1].integer())
    } catch {
      var error = error
      error.endpoint = sentinel.endpoint
      error.mayHaveExecuted = false
      throw error
    }
  }

  private func name(_ sentinel: inout Context) throws(RedisError) -> String {
    if let master { return master }
    let reply = try Self.call(&sentinel, "SENTINEL", "MASTERS")
    var names: [String] = []
    for index in 0..<reply.root.count { names.append(try reply.root[index][field: "name"].string()) }
    if names.count == 1 { return names[0] }
    throw names.isEmpty
      ? RedisError(.unreachable, "Sentinel watches over no master")
      : RedisError(
        .invalidURL,
        "Sentinel watches over several masters; say which with ?master=NAME: \(names.joined(separator: ", "))")
  }

  private static func call(_ sentinel: inout Context, _ arguments: String...) throws(RedisError) -> Reply {
    var command = Commands()
    command.append(arguments)
    try sentinel.write(command)
    let reply = try sentinel.read(1).only()
    if let error = reply.error { throw error }
    return reply
  }
}
