import HiredisClient

/// Tells who is working for a service, on what, and what each reads, the caller included. Advice for spreading the shards; safety is the leases' alone.
struct RosterCall: FunctionCall {
  static let function = "roster"
  static let keyNames = ["workers"]

  let namespace: Namespace
  let service: String
  let worker: String
  /// Nil to leave.
  let timeToLive: Duration?
  let note: RosterNote

  var keys: [String] { [namespace.roster(service)] }

  func write(to arguments: inout Commands) {
    arguments.argument(worker)
    arguments.argument(timeToLive?.wholeMilliseconds ?? 0)
    arguments.argument(json: note)
  }

  /// A live worker.
  struct Member {
    let name: String
    let expiresIn: Duration
    let note: RosterNote
  }

  static func answer(_ reply: ReplyNode) throws -> [Member] {
    let values = try reply.strings()
    var parser = JSONParser()
    return stride(from: 0, to: values.count - 2, by: 3).map { index in
      Member(
        name: values[index], expiresIn: .milliseconds(Int64(values[index + 1]) ?? 0),
        // Somebody who says nothing of himself has nothing.
        note: (try? RosterNote(from: parser.parse(values[index + 2].utf8.span))) ?? RosterNote())
    }
  }
}
