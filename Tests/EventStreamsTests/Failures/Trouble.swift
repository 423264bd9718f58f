import Foundation
import HiredisClient
import RedisTestSupport

/// A way in which a server refuses to work for a while.
struct Trouble: Sendable, CustomStringConvertible {
  /// What the server answers then, or part of it.
  let description: String
  /// The server's arguments.
  var arguments: [String] = []
  let begin: @Sendable (TestBench) async throws -> Void
  let end: @Sendable (TestBench) async throws -> Void

  /// Trouble that commands make and end.
  private static func command(_ description: String, _ begin: [String], end: [String] = ["PING"]) -> Trouble {
    Trouble(
      description: description, begin: { bench in _ = try await bench.connection.call(begin) },
      end: { bench in _ = try await bench.connection.call(end) })
  }

  /// Workers log in as `worker`, with the password `secret`.
  static let all = [
    command("READONLY", ["REPLICAOF", "127.0.0.1", "1"], end: ["REPLICAOF", "NO", "ONE"]),
    command(
      "NOREPLICAS", ["CONFIG", "SET", "min-replicas-to-write", "1"],
      end: ["CONFIG", "SET", "min-replicas-to-write", "0"]),
    command(
      "has no permissions to run the 'fcall' command", ["ACL", "SETUSER", "worker", "-fcall"],
      end: ["ACL", "SETUSER", "worker", "+fcall"]),
    // Workers load it again themselves.
    command("Function not found", ["FUNCTION", "FLUSH"]),
    wrongPassword, fullDisk, loading,
  ]

  private static let wrongPassword = Trouble(
    description: "WRONGPASS",
    begin: { bench in
      _ = try await bench.connection.call("ACL", "SETUSER", "worker", "resetpass", ">other")
      _ = try await bench.connection.call("CLIENT", "KILL", "USER", "worker")
    },
    end: { bench in _ = try await bench.connection.call("ACL", "SETUSER", "worker", ">secret") })

  /// As a full disk is: what it can't save, it refuses to change.
  private static let fullDisk = Trouble(
    description: "MISCONF", arguments: ["--save", "3600 1000000", "--enable-protected-configs", "yes"],
    begin: { bench in
      let gone = "\(bench.server.folder)/gone"
      try FileManager.default.createDirectory(atPath: gone, withIntermediateDirectories: false)
      _ = try await bench.connection.call("CONFIG", "SET", "dir", gone)
      try FileManager.default.removeItem(atPath: gone)
      _ = try await bench.connection.call("BGSAVE")
      try await eventually("it could not save") {
        try await bench.connection.text("INFO", "persistence").contains("rdb_last_bgsave_status:err")
      }
    },
    end: { bench in
      _ = try await bench.connection.call("CONFIG", "SET", "dir", bench.server.folder)
      _ = try await bench.connection.call("BGSAVE")
    })

  /// Slow enough to be seen, 10 ms a key, and answering after each of them.
  private static let loading = Trouble(
    description: "LOADING",
    arguments: [
      "--key-load-delay", "10000", "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no",
    ],
    begin: { bench in
      var commands = Commands()
      for number in 0..<150 { commands.append("SET", "key \(number)", String(repeating: "x", count: 1100)) }
      commands.append("SAVE")
      _ = try await bench.connection.send(commands)
      await bench.server.kill()
      try await bench.server.restart(waitingUntilLoaded: false)
    },
    end: { bench in
      try await eventually("it has loaded") {
        let found = try? await bench.connection.integer(["EXISTS", "x"])
        return found == 0
      }
    })
}
