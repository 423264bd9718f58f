import EventStreams

/// What a user waits for when an order is four calls, and when it is one event.
struct Comparison: JSONWritable {
  /// Service -> how long it works on an order.
  let times: [String: Duration]
  let calls: Duration
  let event: Duration
  /// From publishing until all services were done.
  let eventDone: Duration
  /// Until the user got the error, while email was down.
  let failedCalls: Duration
  let eventWithoutEmail: Duration
  /// From publishing until all services but email were done.
  let othersDone: Duration
  /// Events that waited for email.
  let waiting: Int
  /// From the start of email until it was done with them.
  let caughtUp: Duration

  var text: String {
    let services = Shop.serviceNames.map { "\($0) \((times[$0] ?? .zero).text)" }.joined(separator: ", ")
    return """
      One order, the same services in both cases: \(services)

      All services are up
        four calls  the user waits \(calls.text), then all is done
        one event   the user waits \(event.text); all is done after \(eventDone.text), the services work side by side

      Email is down
        four calls  the user waits \(failedCalls.text) for an error, and the order is half done:
                    payment and inventory have it, analytics never hears of it
        one event   the user waits \(eventWithoutEmail.text); the others are done after \(othersDone.text)

      Email is back
        four calls  nothing happens: somebody has to find the order and repair it
        one event   \(waiting) event was waiting; email is done \(caughtUp.text) after it started
      """
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("callsMs", calls.milliseconds)
      $0.field("eventMs", event.milliseconds)
      $0.field("eventDoneMs", eventDone.milliseconds)
      $0.field("emailDownCallsFailMs", failedCalls.milliseconds)
      $0.field("emailDownEventMs", eventWithoutEmail.milliseconds)
      $0.field("emailDownOthersDoneMs", othersDone.milliseconds)
      $0.field("emailDownWaiting", waiting)
      $0.field("emailBackDoneMs", caughtUp.milliseconds)
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Double { self / .milliseconds(1) }

  /// `120 ms`, or `0.8 ms` where whole ones say too little
  fileprivate var text: String {
    let tenths = Int((milliseconds * 10).rounded())
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\((tenths + 5) / 10) ms"
  }
}
