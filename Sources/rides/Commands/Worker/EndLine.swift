import EventStreams
import Foundation
import Synchronization

/// What a process of workers says last, on standard output: whoever stopped it learns there what became of events in flight, and reads no log.
///
/// `{"services":[{"service":"payment","inFlight":12,"left":0}]}`; nothing on a terminal, where the log is read.
final class EndLine: Sendable {
  private let ends = Mutex<[End]>([])

  /// Takes in that a service's worker has stopped.
  func add(_ service: String, _ drained: Drained) {
    ends.withLock { $0.append(End(service: service, drained: drained)) }
  }

  /// Says it, once all have stopped.
  func write() {
    guard isatty(STDOUT_FILENO) == 0 else { return }
    let ends = ends.withLock { $0.sorted { $0.service < $1.service } }
    Terminal.print(json: JSONWriter.bytes(of: Content(services: ends)))
  }

  private struct End: JSONWritable {
    let service: String
    let drained: Drained

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", service)
        $0.field("inFlight", drained.inFlight)
        $0.field("left", drained.left)
      }
    }
  }

  private struct Content: JSONWritable {
    let services: [End]

    func write(to json: inout JSONWriter) { json.object { $0.field("services", services) } }
  }
}
