import Redis

/// Tells who is working for a service, and on what, the caller included. Advice for spreading the shards; safety is the leases' alone.
struct RosterCall: FunctionCall {
  static let function = "roster"
  static let keyNames = ["workers"]

  let namespace: Namespace
  let service: String
  let worker: String
  /// Nil to leave.
  let timeToLive: Duration?
  let shards: Set<Int>

  var keys: [String] { [namespace.roster(service)] }

  func write(to arguments: inout Commands) {
    arguments.argument(worker)
    arguments.argument(timeToLive?.wholeMilliseconds ?? 0)
    arguments.argument(shards.sorted().map(String.init).joined(separator: ","))
  }

  /// A live worker.
  struct Member {
    let name: String
    let expiresIn: Duration
    let shards: Set<Int>
  }

  static func answer(_ reply: ReplyNode) throws -> [Member] {
    let values = try reply.strings()
    return stride(from: 0, to: values.count - 2, by: 3).map { index in
      Member(
        name: values[index], expiresIn: .milliseconds(Int64(values[index + 1]) ?? 0),
        shards: Set(values[index + 2].split(separator: ",").compactMap { Int($0) }))
    }
  }
}
