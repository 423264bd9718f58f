import EventArchive
import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("Output that can't be written") struct UnwrittenOutputTests {
  private static let full = URL(fileURLWithPath: "/dev/full")

  private static let commands = [
    "--help", "--version", "help publish", "status", "status --format json", "pending", "pending --format json",
    "groups",
    "surge", "dead list", "dead list --format json", "trial-balance", "trial-balance --format json", "account platform",
    "account platform --format json", "account deposit rider r 1.00 --city Paris --currency EUR", "receipts",
    "receipts --format json", "trace sim-1-0", "trace sim-1-0 --format json", "audit", "audit --format json", "replay",
    "trim --keep 1000", "publish --simulate 1", "publish --simulate 1 --format json", "archive status --archive A",
    "archive verify --archive A --offline", "archive export --archive A", "archive export --archive A --format csv",
    "analytics --archive A", "analytics days --archive A", "analytics days --archive A --format csv",
    "analytics rates --archive A --format json", "analytics views", "rebuild rating", "rebuild rating --format json",
    "wait --service payment", "wait --service payment --format json",
  ]

  private static let queries = ["table", "csv", "json"].map {
    ["analytics", "sql", "SELECT * FROM rides", "--archive", "A", "--format", $0]
  }

  @Test(
    "ends every command that prints with 74 and says so",
    .enabled(if: FileManager.default.fileExists(atPath: Self.full.path()), "there is no /dev/full"))
  func standardOutput() async throws {
    try await SystemBench.run { bench in
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      #expect(try await bench.rides("publish", "--simulate", "3").status == 0)
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.rides("wait").status == 0)
      for command in Self.commands.map({ $0.split(separator: " ").map(String.init) }) + Self.queries {
        let arguments = command.map { $0 == "A" ? archive : $0 }
        let result = try await RidesProcess.run(all: arguments, redis: bench.url, target: Self.full)
        #expect(result.status == 74, "\(command)")
        #expect(result.errors.hasSuffix("rides: cannot write standard output: No space left on device\n"), "\(command)")
      }
    }
  }

  @Test("is an error for files too, of which nothing stays")
  func files() async throws {
    try await SystemBench.run { bench in
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let output = bench.folder.appending(path: "out").path()
      #expect(try await bench.rides("publish", "--simulate", "100").status == 0)
      let worker = try bench.worker("analytics")
      defer { worker.crash() }
      #expect(try await bench.rides("wait", "--service", "analytics").status == 0)
      let full = try await bench.rides("archive", "export", "--archive", archive, "--output", "/dev/full")
      #expect(full.status == 74 && full.errors.contains("cannot write /dev/full: No space left on device"))
      // Still the device, not a file of its name.
      let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/full")
      #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)

      // 16 kB are all that a file may have.
      let limited = try RidesProcess(
        [
          "-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\" 2>/dev/null", TestProgram(built: "rides").path,
          "archive",
          "export", "--archive", archive, "--output", output,
        ],
        redis: bench.url, isQuiet: true, program: "/bin/sh")
      #expect(try await limited.stopWhenDone() == 74)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: bench.folder.path()).allSatisfy { !$0.hasPrefix("out") })
      let missing = try await bench.rides(
        "archive", "export", "--archive", archive, "--output", bench.folder.path() + "/no/such")
      #expect(missing.status == 64)
    }
  }

  @Test("to a file that is a link replaces what the link points to")
  func link() async throws {
    try await SystemBench.run { bench in
      let path = bench.folder.appending(path: "archive.sqlite").path()
      _ = try Archive(path: path, of: .rides)
      let (file, link) = (bench.folder.appending(path: "file"), bench.folder.appending(path: "link"))
      try Data("before".utf8).write(to: file)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
      #expect(try await bench.rides("archive", "export", "--archive", path, "--output", link.path()).status == 0)
      #expect(try Data(contentsOf: file).isEmpty)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path()) == file.path())
    }
  }

  @Test("because nobody reads it any more is no error to speak of")
  func closedPipe() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "500").status == 0)
      let errors = bench.folder.appending(path: "errors")
      try Data().write(to: errors)
      let shell = try RidesProcess(
        [
          "-c", "{ \"$0\" replay 2>\"$1\"; echo $? >>\"$1\"; } | head -n 1", TestProgram(built: "rides").path,
          errors.path(),
        ],
        redis: bench.url, isQuiet: true, program: "/bin/sh")
      #expect(try await shell.stopWhenDone() == 0)
      #expect(try String(contentsOf: errors, encoding: .utf8) == "141\n")
    }
  }
}
