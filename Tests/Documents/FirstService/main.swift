import EventStreams
import Logging
import Redis
import ServiceLifecycle
import UnixSignals

struct RideCompleted: EventData {
  static let eventType: EventType = "RIDE_COMPLETED"
  static let topic = "rides"
  let rideID: String
  let driverID: String
  var orderingKey: String { rideID }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    driverID = try object["driverId"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("driverId", driverID)
    }
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
