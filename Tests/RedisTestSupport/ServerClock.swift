import Foundation

/// A clock for a server of a test's own, which can be set: as far from the machine's as the test says. It takes Linux and a C compiler.
public struct ServerClock: Sendable {
  private let folder: URL

  /// What the server is to have in its environment.
  public var environment: [String] {
    [
      "LD_PRELOAD=\(folder.appending(path: "clock.so").path())",
      "CHAOS_CLOCK=\(folder.appending(path: "offset").path())",
    ]
  }

  /// Runs a test with a clock that goes with the machine's.
  public static func with<Result>(_ body: (ServerClock) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "clock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let clock = ServerClock(folder: folder)
    let source = URL(fileURLWithPath: #filePath).appending(path: "../../Chaos/clock.c").standardized.path()
    try await clock.compile(source)
    try Data(repeating: UInt8(ascii: " "), count: 16).write(to: folder.appending(path: "offset"))
    try clock.set(0)
    return try await body(clock)
  }

  /// Sets the clock so many seconds before or after the machine's.
  public func set(_ offset: Int) throws {
    let text = "\(offset)"
    // The server has the file in its memory: it must be the same one, and as long.
    let file = try FileHandle(forWritingTo: folder.appending(path: "offset"))
    try file.write(contentsOf: Data((text + String(repeating: " ", count: 16 - text.count)).utf8))
    try file.close()
  }

  private func compile(_ source: String) async throws {
    let script = "$(command -v cc || command -v clang) -shared -fPIC -O2 -o \"$1\" \"$0\""
    let run = try await TestProgram("sh").run(["-c", script, source, folder.appending(path: "clock.so").path()])
    guard run.status == 0 else { throw RedisServerError("cannot compile \(source): it takes Linux and a C compiler") }
  }
}
