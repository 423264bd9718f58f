import EventStreams
import Foundation
import Logging

/// A file that is there while all is up that a process was started for: whoever starts it waits for that, and reads no log.
///
/// `{"pid":4711,"services":["payment"],"address":"http://127.0.0.1:8080/"}`
actor ReadyFile {
  private let path: String
  private let services: [String]
  private let log: Logger
  /// The services that have no shard yet.
  private var awaited: Set<Identifier>
  /// Whether it is waited for where pages are served.
  private var awaitsAddress: Bool
  private var address: String?

  /// Removes what an earlier process has left.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - services: those that must have shards.
  ///   - serves: whether something must be served.
  ///   - log: is told if the file can't be written.
  init(_ path: String, services: [String], serves: Bool, log: Logger) throws {
    self.path = path
    self.services = services
    self.log = log
    awaited = Set(names: services)
    awaitsAddress = serves
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw Failure.usage("--ready-file: nothing can be written in \(folder)")
    }
    remove()
  }

  /// Takes in that a service's worker has its first shards.
  func hasShards(_ service: String) {
    awaited.remove(Identifier(service))
    writeIfReady()
  }

  /// Takes in where something is served.
  func serves(at address: String) {
    self.address = address
    awaitsAddress = false
    writeIfReady()
  }

  private func writeIfReady() {
    guard awaited.isEmpty, !awaitsAddress else { return }
    let content = JSONWriter.bytes(
      of: Content(process: Int(ProcessInfo.processInfo.processIdentifier), services: services, address: address))
    do {
      // As a whole: whoever sees the file can read it.
      try Data(content + [UInt8(ascii: "\n")]).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      log.warning("the file that says that all is up can't be written", metadata: ["error": "\(error)"])
    }
  }

  /// Removes the file, if it is there.
  nonisolated func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  private struct Content: JSONWritable {
    let process: Int
    let services: [String]
    let address: String?

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("pid", process)
        $0.field("services", services)
        $0.field("address", address)
      }
    }
  }
}
