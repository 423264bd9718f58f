import HiredisClient
import Testing

@Suite struct RedisErrorTests {
  @Test(arguments: [
    ("OOM command not allowed when used memory > 'maxmemory'.", RedisError.Code.outOfMemory, true),
    ("LOADING Redis is loading the dataset in memory", .serverLoading, true),
    ("READONLY You can't write against a read only replica.", .readOnly, true),
    ("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to", .persistenceFailure, true),
    ("NOREPLICAS Not enough good replicas to write.", .notEnoughReplicas, true),
    ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", .masterDown, true),
    ("ERR max number of clients reached", .tooManyClients, true),
    ("BUSY Redis is busy running a script.", .busyScript, true),
    ("CLUSTERDOWN The cluster is down", .clusterUnavailable, true),
    ("TRYAGAIN Multiple keys request during rehashing of slot", .clusterUnavailable, true),
    ("NOAUTH Authentication required.", .authentication, false),
    ("WRONGPASS invalid username-password pair or user is disabled.", .authentication, false),
    ("NOPERM this user has no permissions to run the 'set' command", .noPermission, false),
    ("NOGROUP No such key 'x' or consumer group 'g'", .noGroup, false),
    ("BUSYGROUP Consumer Group name already exists", .busyGroup, false),
    ("MOVED 3999 127.0.0.1:6381", .clusterRedirect, true),
    ("ASK 3999 127.0.0.1:6381", .clusterRedirect, true),
    ("WRONGTYPE Operation against a key holding the wrong kind of value", .wrongType, false),
    ("ERR Function not found", .functionMissing, false),
    ("ERR syntax error", .server, false),
    ("FENCED epoch 3", .server, false),
    ("BUSYKEY Target key name already exists.", .server, false),
    ("", .server, false),
  ])
  func readsTheServersErrors(_ line: String, _ code: RedisError.Code, _ isRetriable: Bool) {
    let error = RedisError(serverLine: line)
    #expect(error.code == code)
    #expect(error.message == line)
    #expect(error.isRetriable == isRetriable)
    #expect(!error.mayHaveExecuted)
    #expect(error.prefix == line.split(separator: " ").first ?? "")
  }

  @Test func dropsTheLineEnd() {
    #expect(RedisError(serverLine: "ERR no\r\n").message == "ERR no")
  }

  @Test func describesItselfToPeople() {
    let place = "redis://h:1"
    for (error, text) in [
      (
        RedisError(.connectionRefused, "Connection refused", endpoint: place),
        "cannot reach Redis at redis://h:1: Connection refused"
      ),
      (RedisError(.unreachable, "No route to host"), "cannot reach Redis: No route to host"),
      (RedisError(serverLine: "ERR no", endpoint: place), "Redis at redis://h:1 answered: ERR no"),
      (
        RedisError(.timeout, "no answer within 1.0 seconds", endpoint: place, mayHaveExecuted: true),
        "Redis at redis://h:1: no answer within 1.0 seconds"
      ),
    ] {
      #expect("\(error)" == text)
    }
  }
}
