import Foundation
public import PostgreSQL

/// A real PostgreSQL server of the test's own, on a Unix socket in a temporary folder. As root it runs as `postgres`: it refuses root.
public actor PostgresServer {
  /// The folder of its socket, its log and its files.
  public nonisolated let folder: String
  private nonisolated let programs: String
  private var process: ChildProcess?

  /// Starts a server and waits until it answers.
  ///
  /// - Parameter settings: further settings, as `name=value`.
  public static func start(settings: [String] = ["fsync=off"]) async throws -> PostgresServer {
    let server = try PostgresServer()
    try await server.initialize()
    try await server.launch(settings)
    return server
  }

  /// Runs a test with a server that ends with it.
  public static func with<Result>(
    settings: [String] = ["fsync=off"], _ body: (PostgresServer) async throws -> Result
  ) async throws -> Result {
    let server = try await start(settings: settings)
    do {
      let result = try await body(server)
      await server.stop()
      return result
    } catch {
      await server.stop()
      throw error
    }
  }

  private static let starting = Task { try await PostgresServer.start() }

  /// The server that tests share which do nothing to it; it ends with this process.
  public static var shared: PostgresServer { get async throws { try await starting.value } }

  private init() throws {
    var template = Array("/tmp/postgres-test-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw RedisServerError("cannot create a folder below /tmp") }
    folder = String(cString: path)
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    guard let newest = versions.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else {
      throw RedisServerError(
        "there is no PostgreSQL below /usr/lib/postgresql; these tests need one: scripts/setup initdb")
    }
    programs = "/usr/lib/postgresql/\(newest)/bin"
  }

  /// What a command begins with that must not be root's.
  private nonisolated var asUser: [String] {
    getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []
  }

  private func initialize() async throws {
    // A user with a password beside the one with none.
    let script = """
      set -e
      if [ "$(id -u)" = 0 ]; then chown postgres "$0"; fi
      cd "$0"
      \(asUser.joined(separator: " ")) "\(programs)/initdb" -D "$0/data" -U rides -A trust --no-sync -E UTF8 --locale=C >"$0/initdb.log" 2>&1
      printf 'local all guarded scram-sha-256\\nlocal all all trust\\n' >"$0/data/pg_hba.conf"
      """
    let run = try await TestProgram("sh").run(["-c", script, folder])
    guard run.status == 0 else {
      let log = (try? String(contentsOfFile: "\(folder)/initdb.log", encoding: .utf8)) ?? ""
      throw RedisServerError("initdb failed:\n\(log)")
    }
  }

  private func launch(_ settings: [String]) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    let options = ["listen_addresses=", "max_connections=100", "shared_buffers=64MB"] + settings
    while true {
      // What a killed server has started may not have ended yet: then it does not start again.
      if process.map({ $0.hasEnded() }) ?? true {
        process = try ChildProcess(
          asUser + ["\(programs)/postgres", "-D", "\(folder)/data", "-k", folder] + options.flatMap { ["-c", $0] },
          folder: folder)
      }
      do {
        _ = try connect("postgres")
        return
      } catch {
        guard error.kind == .unreachable, ContinuousClock.now < deadline else { throw error }
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// A database's URL.
  ///
  /// - Parameter user: `rides`, who may do anything, unless it is another.
  public nonisolated func url(_ database: String, user: String = "rides") -> String {
    "postgres://\(user)@\(folder.replacing("/", with: "%2F"))/\(database)"
  }

  /// A connection to a database.
  public nonisolated func connect(_ database: String) throws(PostgresError) -> PostgresConnection {
    guard let url = PostgresURL(url(database)) else { preconditionFailure("the URL can't be read") }
    return try PostgresConnection(url)
  }

  /// Runs statements in a database.
  public nonisolated func execute(_ sql: String, in database: String = "postgres") throws {
    try connect(database).execute(sql)
  }

  /// Makes an empty database; returns its name.
  public nonisolated func makeDatabase() throws -> String {
    let name = "d\(UUID().uuidString.lowercased().filter { $0 != "-" })"
    try execute("CREATE DATABASE \(name)")
    return name
  }

  /// Ends the server as a crash would, with all that it has started.
  public func kill() async { await shutDown(with: SIGKILL) }

  /// Starts it again on the same folder.
  public func restart(settings: [String] = ["fsync=off"]) async throws { try await launch(settings) }

  /// Ends the server and removes its folder.
  public func stop() async {
    // At once, and in order.
    await shutDown(with: SIGQUIT)
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func shutDown(with signalNumber: Int32) async {
    guard let process else { return }
    process.signal(signalNumber)
    while !process.hasEnded() { await Task.detached { try? await Task.sleep(for: .milliseconds(1)) }.value }
    self.process = nil
  }
}
