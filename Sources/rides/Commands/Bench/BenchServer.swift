import EventStreams
import HiredisClient

/// What the server says about itself.
struct BenchServer: JSONWritable, Sendable {
  let name: String
  let version: String
  /// `none`, or how often the append-only file is synced.
  let appendOnlyFile: String
  /// When snapshots are saved; empty if never.
  let snapshots: String

  /// Asks the server. Settings that it keeps to itself are `unknown`.
  init(_ connection: Connection) async throws {
    let info = try await Self.info(connection)
    if let valkey = info["valkey_version"] {
      (name, version) = ("Valkey", valkey)
    } else {
      (name, version) = ("Redis", info["redis_version"] ?? "unknown")
    }
    let isAppending = info["aof_enabled"] == "1"
    appendOnlyFile = isAppending ? await Self.setting("appendfsync", connection) ?? "unknown" : "none"
    snapshots = await Self.setting("save", connection) ?? "unknown"
  }

  /// Throws unless there is room for so much more: what is beyond `maxmemory` would be evicted, or refused.
  static func checkRoom(for bytes: Int, _ connection: Connection) async throws {
    let info = try await info(connection)
    guard let limit = info["maxmemory"].flatMap({ Int($0) }), limit > 0,
      let used = info["used_memory"].flatMap({ Int($0) }), used + bytes > limit
    else { return }
    throw Failure.refused(
      "bench needs about \(ByteCount(bytes)), and the server has \(ByteCount(max(0, limit - used))) left of its maxmemory; give fewer --events or --rides"
    )
  }

  /// The time that the thread that runs commands has used, in seconds.
  static func processorTime(_ connection: Connection) async throws -> Double {
    let info = try await info(connection)
    func seconds(_ name: String) -> Double? { info[name].flatMap { Double($0) } }
    guard let user = seconds("used_cpu_user_main_thread"), let system = seconds("used_cpu_sys_main_thread") else {
      return (seconds("used_cpu_user") ?? 0) + (seconds("used_cpu_sys") ?? 0)
    }
    return user + system
  }

  private static func info(_ connection: Connection) async throws -> [String: String] {
    let text = try Self.text(of: await connection.call("INFO"))
    return text.split(whereSeparator: \.isNewline).reduce(into: [:]) { values, line in
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
    }
  }

  private static func text(of reply: borrowing Reply) throws -> String { try reply.root.string() }

  private static func setting(_ name: String, _ connection: Connection) async -> String? {
    // Hosted servers don't tell.
    guard let values = try? await connection.strings(["CONFIG", "GET", name]), values.count == 2 else { return nil }
    return values[1]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("name", name)
      $0.field("version", version)
      $0.field("appendOnlyFile", appendOnlyFile)
      $0.field("snapshots", snapshots)
    }
  }

  /// `append-only file, synced everysec; snapshots 3600 1`
  var persistence: String {
    let file = appendOnlyFile == "none" ? nil : "append-only file, fsync \(appendOnlyFile)"
    let saved = snapshots.isEmpty ? nil : "snapshots \(snapshots)"
    let all = [file, saved].compactMap { $0 }
    return all.isEmpty ? "none" : all.joined(separator: "; ")
  }
}
