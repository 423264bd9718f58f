import HiredisClient

/// Asks how many attempts of its service a worker may have running.
struct SlotsCall: FunctionCall {
  static let function = "slots"
  static let keyNames = ["slots"]

  let namespace: Namespace
  let service: String
  let worker: String
  /// How long it counts as there; zero to leave.
  let timeToLive: Duration
  let limit: Int
  let running: Int
  let wanted: Int

  var keys: [String] { [namespace.slots(service)] }

  func write(to arguments: inout Commands) {
    arguments.argument(worker)
    arguments.argument(Int(timeToLive / .milliseconds(1)))
    arguments.argument(limit)
    arguments.argument(running)
    arguments.argument(wanted)
  }

  typealias Answer = Int
}
