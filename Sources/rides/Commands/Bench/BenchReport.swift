import EventStreams
import Foundation
import HiredisClient

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
    namespace        \(shards) shards, batches of \(batchSize)
    """
  }

  /// What came out: for each measure its figure, and what belongs to it.
  var results: [String] {
    [
      publish.map { publish in
        line(
          "publish", "\(count(publish.eventsPerSecond)) events/s",
          "\(count(publish.events)) events of \(publish.payloadBytes) bytes, idempotent",
          "\(tenth(publish.megabytesPerSecond)) MB/s; server \(tenth(publish.serverMicroseconds)) µs an event")
      },
      driver.map { driver in
        line(
          "driver", "\(count(driver.ridesPerSecond)) rides/s",
          "\(count(driver.rides)) rides through one service with its effects",
          "client \(tenth(driver.clientMicroseconds)) µs, server \(tenth(driver.serverMicroseconds)) µs a ride")
      },
      services.map { services in
        line(
          "services", "\(count(services.ridesPerSecond)) rides/s",
          "\(count(services.rides)) rides, published and through all six services",
          "\(count(services.deliveriesPerSecond)) deliveries/s; client \(tenth(services.clientMicroseconds)) µs each, server \(tenth(services.serverMicroseconds)) µs a ride"
        )
      },
      latency.map { latency in
        line(
          "latency", "\(time(latency.p50)) p50",
          "from intended publish to commit, \(count(latency.rate)) events/s, \(count(latency.events)) in all",
          "p90 \(time(latency.p90)), p99 \(time(latency.p99)), p99.9 \(time(latency.p999)), max \(time(latency.largest))"
        )
      },
      takeover.map { takeover in
        line(
          "takeover", time(takeover.first * 1e6), "from kill -9 to another worker's first commit",
          "\(time(takeover.all * 1e6)) for all \(takeover.shards) shards; lease time \(takeover.leaseTime.short)")
      },
    ].compactMap { $0 }
  }

  private func line(_ measure: String, _ figure: String, _ conditions: String, _ details: String) -> String {
    let figure = String(repeating: " ", count: max(0, 16 - figure.count)) + figure
    let margin = String(repeating: " ", count: 29)
    return measure.padding(toLength: 11, withPad: " ", startingAt: 0) + figure + "  " + conditions + "\n" + margin
      + details
  }

  private func count(_ number: Int) -> String { Cell.count(number).onScreen }
  private func count(_ number: Double) -> String { count(Int(number.rounded())) }
  private func tenth(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private func time(_ microseconds: Double) -> String {
    switch microseconds {
    case ..<1000: "\(Int(microseconds.rounded())) µs"
    case ..<1_000_000: "\((microseconds / 10).rounded() / 100) ms"
    default: "\((microseconds / 10_000).rounded() / 100) s"
    }
  }
}
