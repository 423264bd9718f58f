import EventStreams
import Logging
import ServiceLifecycle
import UnixSignals

struct RideCompleted: ReadableEventData {
  static let eventType: EventType = "RIDE_COMPLETED"
  static let topic = "rides"
  let driverID: String

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    driverID = try object["driverId"]
  }
}

// Every tenth ride of a driver earns 5.00.
var bonus = EventService("bonus")
bonus.on(RideCompleted.self) { event in
  Effects {
    $0.increment("rides", event.data.driverID, by: 1)
    $0.when("rides", event.data.driverID, .isAtLeast(10)) {
      $0.increment("rides", event.data.driverID, by: -10)
      $0.increment("bonus", event.data.driverID, by: 500)
    }
  }
}

let (redis, log) = (try RedisURL.fromEnvironment(), Logger(label: "bonus"))
let namespace = try await Namespace.open("rides", on: Connection(redis), retryingFor: .seconds(60), log: log)
let worker = Worker(bonus, namespace: namespace, redis: redis, log: log)
try await ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: log).run()
