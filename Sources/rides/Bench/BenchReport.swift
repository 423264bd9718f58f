import EventStreams
import Redis

/// What a benchmark found, and on what.
struct BenchReport: JSONWritable, Sendable {
  let machine = BenchMachine()
  let server: BenchServer
  let address: String
  let rides: String
  let shards: Int
  let batchSize: Int
  var publish: PublishBench.Figures?
  var driver: ServiceBench.Figures?
  var services: ServiceBench.Figures?
  var latency: LatencyBench.Figures?
  var takeover: TakeoverBench.Figures?

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("machine", machine)
      $0.field("versions", Versions(rides: rides, hiredis: Hiredis.version))
      $0.field("server", server)
      $0.field("address", address)
      $0.field("shards", shards)
      $0.field("batchSize", batchSize)
      $0.field("publish", publish)
      $0.field("driver", driver)
      $0.field("services", services)
      $0.field("latency", latency)
      $0.field("takeover", takeover)
    }
  }

  private struct Versions: JSONWritable {
    let rides: String
    let hiredis: String

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("rides", rides)
        $0.field("hiredis", hiredis)
      }
    }
  }

  /// What it was measured on, a line each.
  var conditions: String {
    """
    machine      \(machine.cores) cores, \(machine.processor), \(machine.system)
    versions     rides \(rides), \(server.name) \(server.version), hiredis \(Hiredis.version)
    server       \(address)
    persistence  \(server.persistence)
    topic        \(shards) shards, batches of \(batchSize)
    """
  }

  /// What came out, a line for each measure.
  var results: [String] {
    var lines: [String] = []
    func count(_ value: Double) -> String { Cell.count(Int(value.rounded())).onScreen }
    if let publish {
      lines.append(
        "publish      \(count(publish.eventsPerSecond)) events/s, \(tenth(publish.megabytesPerSecond)) MB/s, server \(tenth(publish.serverSeconds / Double(publish.events) * 1e6)) µs an event (\(count(Double(publish.events))) events of \(publish.payloadBytes) bytes, idempotent)"
      )
    }
    if let driver {
      lines.append(
        "driver       \(count(driver.ridesPerSecond)) rides/s with all effects, client \(tenth(driver.clientSeconds / Double(driver.deliveries) * 1e6)) µs and server \(tenth(driver.serverSeconds / Double(driver.rides) * 1e6)) µs a ride (\(count(Double(driver.rides))) rides)"
      )
    }
    if let services {
      lines.append(
        "services     \(count(services.ridesPerSecond)) rides/s through all six, \(count(services.deliveriesPerSecond)) deliveries/s, publishing, archive and mails in it; client \(tenth(services.clientSeconds / Double(services.deliveries) * 1e6)) µs a delivery, server \(tenth(services.serverSeconds / Double(services.rides) * 1e6)) µs a ride (\(count(Double(services.rides))) rides)"
      )
    }
    if let latency {
      lines.append(
        "latency      p50 \(milliseconds(latency.p50)), p90 \(milliseconds(latency.p90)), p99 \(milliseconds(latency.p99)), p99.9 \(milliseconds(latency.p999)), max \(milliseconds(latency.largest)) from intended publish to commit, at \(count(latency.rate)) events/s (\(count(Double(latency.events))) events)"
      )
    }
    if let takeover {
      lines.append(
        "takeover     \(milliseconds(takeover.first * 1e6)) from kill -9 to another worker's first commit, \(milliseconds(takeover.all * 1e6)) for all \(takeover.shards) shards (lease time \(takeover.leaseTime.short))"
      )
    }
    return lines
  }

  private func tenth(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private func milliseconds(_ microseconds: Double) -> String {
    microseconds < 1000 ? "\(Int(microseconds.rounded())) µs" : "\((microseconds / 10).rounded() / 100) ms"
  }
}
