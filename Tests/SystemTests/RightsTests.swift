import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("With a user of its own") struct RightsTests {
  @Test(
    "each service does all that it does, and nothing is refused; it can reach nothing of another's, nor remove what is in the log"
  )
  func everyService() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("install").status == 0)
      let namespace = try await bench.namespace()
      let socket = bench.server.folder + "/redis.sock"
      func url(_ user: String) -> String { "unix://\(user):secret@\(socket)" }
      let rights = RideRights(.standard)
      for name in rights.names {
        let rules = try #require(rights.rules(for: name, in: namespace)).rules
        _ = try await bench.connection.call(["ACL", "SETUSER", name, "reset", "on", ">secret"] + rules)
      }
      var workers: [RidesProcess] = []
      defer { for worker in workers { worker.stop() } }
      let paths = [
        "--archive", bench.folder.appending(path: "archive.sqlite").path(), "--outbox",
        bench.folder.appending(path: "outbox").path(),
      ]
      for name in RideServices.standard.names {
        workers.append(
          try RidesProcess(["worker", name, "--lease-time", "1s"] + paths, redis: url(name), isQuiet: true))
      }
      let published = try await RidesProcess.run("publish", "--simulate", "300", redis: url("publisher"))
      #expect(published.status == 0, "\(published.errors)")
      let ahead = try await RidesProcess.run(
        "publish", "--simulate", "2", "--seed", "5", "--due", "+1s", redis: url("publisher"))
      #expect(ahead.status == 0, "\(ahead.errors)")
      let waited = try await RidesProcess.run("wait", "--timeout", "60s", redis: url("operator"))
      #expect(waited.status == 0, "\(waited.errors)")
      let audited = try await RidesProcess.run("audit", redis: url("operator"))
      #expect(audited.status == 0, "\(audited.output)\(audited.errors)")
      #expect(try await RidesProcess.run("status", redis: url("operator")).status == 0)
      for worker in workers { worker.stop() }
      let refused = try await bench.connection.call("ACL", "LOG")
      #expect(
        refused.root.count == 0,
        "\(refused.root[0][field: "object"].lossyString) of \(refused.root[0][field: "username"].lossyString)")

      let payment = Connection(try RedisURL(url("payment")))
      for command in [
        ["HSET", namespace.state(0, "driver", "balances"), "d", "1"],
        ["DEL", namespace.state(0, "driver", "balances")],
        ["HSET", "rides:{0}:lease:driver", "owner", "me"], ["DEL", namespace.log(0, "rides")],
        ["XTRIM", namespace.log(0, "rides"), "MAXLEN", "0"], ["HSET", "rides:config", "shards", "1"], ["FLUSHALL"],
        ["FUNCTION", "FLUSH"], ["ACL", "LIST"],
      ] {
        let error = await #expect(throws: RedisError.self) { _ = try await payment.call(command) }
        #expect(error?.code == .noPermission, "\(command)")
      }
      let operatorConnection = Connection(try RedisURL(url("operator")))
      let written = await #expect(throws: RedisError.self) {
        _ = try await operatorConnection.call("HSET", "rides:paused", "a", "b")
      }
      #expect(written?.code == .noPermission)
    }
  }

  @Test("is told by acl what it needs, as a command that Redis takes")
  func command() async throws {
    try await SystemBench.run { bench in
      let printed = try await bench.rides("acl", "surge", "--shards", "64", "--user", "surge-1")
      #expect(printed.status == 0)
      #expect(printed.output.hasPrefix("ACL SETUSER surge-1 resetkeys resetchannels clearselectors -@all +ping "))
      #expect(printed.output.contains("~rides:{[0-9][0-9]}:surge:*"))
      #expect(try await bench.rides("acl", "nobody", "--shards", "8").status == 64)
    }
  }
}

extension ReplyNode {
  fileprivate var lossyString: String { (try? string()) ?? "" }
}
