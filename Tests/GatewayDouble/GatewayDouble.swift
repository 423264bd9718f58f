import AsyncHTTPClient
public import CardGateway
import Foundation
import NIOCore
import NIOHTTP1

/// A card gateway of our own, strict where a client could be careless: `double.py`, which ends with this process.
public final class GatewayDouble: Sendable {
  /// Where it listens.
  public let url: String
  private let process: Process
  private let leash: Pipe

  /// What it accepts.
  public static let key = "sk_test_double"
  /// What it signs its notices with.
  public static let secret = "whsec_double"

  /// It could not be started, or did not do what it was told.
  public struct Failure: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String
  }

  /// Starts one.
  ///
  /// - Parameter seed: of its faults.
  public init(seed: Int = 1) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("double.py")
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path, "--seed", "\(seed)"]
    leash = Pipe()
    let said = Pipe()
    // In processes that are started meanwhile the leash would be held as well.
    for end in [leash.fileHandleForWriting, leash.fileHandleForReading, said.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    process.standardInput = leash
    process.standardOutput = said
    try process.run()
    let line = String(decoding: said.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.prefix { !$0.isNewline }) else { throw Failure(description: "no port: \(line)") }
    url = "http://127.0.0.1:\(port)"
  }

  deinit { try? leash.fileHandleForWriting.close() }

  /// A client of it.
  public func client() -> CardGatewayClient {
    var settings = CardGatewaySettings(url: url, key: Self.key, returnURL: "https://rides.example/back")
    settings.timeout = 10
    return CardGatewayClient(settings)
  }

  /// How many of 100 calls end so: `drop` (done, and not answered), `fail`, `busy`, `limit`, `cut`; `delay` in seconds.
  public func faults(_ faults: KeyValuePairs<String, Double>) async throws {
    _ = try await tell("faults", faults.map { "\($0)=\($1)" }.joined(separator: "&"))
  }

  /// Lets its clock go on.
  public func wait(hours: Int) async throws { _ = try await tell("clock", "ahead=\(hours * 3600)") }

  /// Has no card declined any more.
  public func pardon() async throws { _ = try await tell("pardon") }

  /// Has the rider prove who it is, or fail to.
  public func authenticate(_ intent: String, success: Bool = true) async throws {
    _ = try await tell("authenticate", "intent=\(intent)&success=\(success)")
  }

  /// Has the rider's bank contest a payment; returns the dispute's name.
  ///
  /// - Parameter fee: what that costs, in its units.
  public func dispute(_ intent: String, fee: Int = 0) async throws -> String {
    try JSONDecoder().decode(Named.self, from: await tell("dispute", "intent=\(intent)&fee=\(fee)")).id
  }

  /// Has the first refund of a payment fail after all; returns its name.
  public func fail(refundOf intent: String) async throws -> String {
    try JSONDecoder().decode(Named.self, from: await tell("fail", "intent=\(intent)")).id
  }

  private struct Named: Decodable { let id: String }

  /// Has a dispute end.
  public func decide(_ dispute: String, _ status: String) async throws {
    _ = try await tell("decide", "dispute=\(dispute)&status=\(status)")
  }

  /// Something that it has done to a card.
  public struct Execution: Decodable, Sendable, Hashable {
    /// `hold`, `charge`, `capture`, `cancel`, `refund` or `decline`.
    public let what: String
    /// In its units.
    public let amount: Int
    /// The intent.
    public let of: String
    /// What it was done for.
    public let key: String
  }

  /// A notice as it sends it.
  public struct Notice: Decodable, Sendable {
    /// The bytes that are signed.
    public let body: String
    /// `Stripe-Signature`
    public let signature: String
  }

  /// What it has done, by ride.
  public func executions() async throws -> [(ride: String, done: [Execution])] {
    try JSONDecoder().decode([String: [Execution]].self, from: await tell("executions")).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// What it has done for a ride.
  public func executions(of ride: String) async throws -> [Execution] {
    try await executions().first { $0.ride == ride }?.done ?? []
  }

  /// What it has to tell of itself, oldest first.
  public func notices() async throws -> [Notice] {
    struct Notices: Decodable { let data: [Notice] }
    return try JSONDecoder().decode(Notices.self, from: await tell("notices")).data
  }

  private func tell(_ what: String, _ form: String = "") async throws -> Data {
    var request = HTTPClientRequest(url: "\(url)/_double/\(what)")
    request.method = .POST
    request.body = .bytes(ByteBuffer(string: form))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    let body = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
    guard response.status == .ok else { throw Failure(description: String(decoding: body, as: UTF8.self)) }
    return body
  }
}
