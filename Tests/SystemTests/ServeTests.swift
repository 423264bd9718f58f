import EventStreams
import Foundation
import RedisTestSupport
import Testing

@Suite("rides serve") struct ServeTests {
  /// The address that a server says it serves at.
  private func address(in file: URL) async throws -> String {
    var found: String?
    try await eventually("it serves") {
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      found = text.firstMatch(of: /"address":"(https?:[^"]+)\/"/).map { String($0.output.1) }
      return found != nil
    }
    return try #require(found)
  }

  private func curl(_ arguments: String...) async throws -> String {
    try await RidesProcess.run(all: ["-s", "--max-time", "20"] + arguments, redis: "", program: "/usr/bin/curl").output
  }

  @Test("speaks TLS alone where it has a certificate, HTTP/2 with who wants it, and waits for no handshake for ever")
  func encrypted() async throws {
    try await TestCertificates.with { certificates in
      try await SystemBench.run { bench in
        let ready = bench.folder.appending(path: "ready")
        let files = [certificates.certificate("server"), certificates.key("server")]
        let server = try RidesProcess(
          ["serve", "--listen", "127.0.0.1:0", "--ready-file", ready.path(), "--tls"] + files, redis: bench.url)
        defer { server.crash() }
        let address = try await address(in: ready)
        #expect(address.hasPrefix("https://"))
        let port = String(address.split(separator: ":")[2])
        let silent = Task {
          let start = ContinuousClock.now
          _ = try await RidesProcess.run(
            all: ["-c", #"exec 3<>/dev/tcp/127.0.0.1/"$0"; cat <&3"#, port], redis: "", program: "/bin/bash")
          return start.duration(to: .now)
        }
        for (version, number) in [("--http1.1", "1.1"), ("--http2", "2")] {
          let answer = try await curl(
            "--cacert", certificates.certificate("ca"), version, "-w", " %{http_version}", "\(address)/health/live")
          #expect(answer.hasSuffix(" \(number)"), "\(answer)")
        }
        #expect(try await curl("--cacert", certificates.certificate("other"), "\(address)/health/live").isEmpty)
        #expect(try await curl("http://127.0.0.1:\(port)/health/live").isEmpty)
        let taken = try await silent.value
        #expect(taken > .seconds(8) && taken < .seconds(50), "\(taken)")

        for (wrong, reason) in [
          ([files[0]], "--tls takes two files"), ([files[0], certificates.key("client")], "is not the key of"),
          ([files[1], files[1]], "holds no certificate"), (["none.pem", files[1]], "none.pem can't be read"),
        ] {
          let refused = try await RidesProcess.run(all: ["serve", "--tls"] + wrong, redis: bench.url)
          #expect(refused.status == 64 && refused.errors.contains(reason), "\(wrong): \(refused)")
        }
      }
    }
  }

  @Test("says where it listens, publishes, shows what status shows, and ends when it is asked to, whoever watches")
  func serves() async throws {
    try await SystemBench.run { bench in
      let ready = bench.folder.appending(path: "ready")
      let server = try RidesProcess(
        ["serve", "--listen", "127.0.0.1:0", "--ready-file", ready.path()], redis: bench.url)
      defer { server.crash() }
      let address = try await address(in: ready)
      let ride = bench.folder.appending(path: "ride.json")
      let event =
        #"{"type":"RIDE_RATED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"r1","driverId":"d","city":"c","stars":5}}"#
      try Data(event.utf8).write(to: ride)
      let published = try await curl(
        "-H", "Content-Type: application/json", "-d", "@\(ride.path())", "\(address)/v1/events")
      #expect(published.contains(#""duplicate":false"#), "\(published)")
      let services = try await curl("\(address)/v1/services")
      let status = try await bench.rides("status", "--format", "json")
      for text in [services, status.output] {
        #expect(text.contains(#""state":"stopped","reason":"it has never run""#), "\(text)")
      }
      let table = try await bench.rides("status")
      #expect(table.output.contains("rating is stopped: it has never run"), "\(table)")
      // Somebody who watches keeps it from nothing.
      let watching = Task { try await curl("-N", "\(address)/v1/stream") }
      try await eventually("somebody watches") {
        try await curl("\(address)/metrics").contains(#"http_route="/v1/stream""#)
      }
      server.send(SIGTERM)
      #expect(try await server.stopWhenDone() == 0)
      let watched = try await watching.value
      #expect(watched.contains("event: status"))
    }
  }

  @Test("refuses to let everybody in from elsewhere, and a token file that is none, before anything is served")
  func refusals() async throws {
    let open = try await RidesProcess.run("serve", "--listen", "0.0.0.0:0", redis: "redis://127.0.0.1:1")
    #expect(open.status == 64 && open.errors.contains("without tokens everybody"), "\(open)")
    let missing = try await RidesProcess.run("serve", "--tokens", "/nowhere", redis: "redis://127.0.0.1:1")
    #expect(missing.status == 64 && missing.errors.contains("cannot read the token file /nowhere"), "\(missing)")
    let token = try await RidesProcess.run("token", "anna", "--scopes", "viewer,ops", redis: "")
    #expect(token.status == 0 && token.output.hasPrefix("anna sha256:") && token.output.hasSuffix(" viewer,ops\n"))
    let role = try await RidesProcess.run("token", "anna", "--scopes", "root", redis: "")
    #expect(role.status == 64 && role.errors.contains("'root' is no role or scope"), "\(role)")
  }

  @Test("is done by rides up as well, and a worker serves what it measures")
  func upAndWorkers() async throws {
    try await SystemBench.run { bench in
      let ready = bench.folder.appending(path: "ready")
      let up = try RidesProcess(["up", "--ready-file", "ready"], redis: bench.url, folder: bench.folder)
      defer { up.crash() }
      let address = try await address(in: ready)
      #expect(try await bench.simulate(20).status == 0)
      try await eventually("all is handled") {
        let page = try await curl("-H", "Accept: text/html", address)
        return page.contains("6 of 6") && page.contains("Trial balance")
      }
      let port = try freePort()
      let worker = try bench.worker("rating", "--name", "measured", "--metrics-listen", "127.0.0.1:\(port)")
      defer { worker.crash() }
      try await eventually("it has taken shards, and counts") {
        _ = try await bench.simulate(5, seed: UInt64.random(in: 10...1_000_000))
        return try await curl("http://127.0.0.1:\(port)/metrics").contains(
          #"eventstreams_committed_total{group="rating"} "#)
      }
      up.send(SIGTERM)
      #expect(try await up.stopWhenDone() == 0)
    }
  }
}
