import EventStreams
import HiredisClient

/// What shards hold, each as a digest that is taken in one step: the log, and what services have stored.
struct ShardDigests: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let services: [String]
  private let withLog: Bool

  /// Of these services; with the log, if wanted.
  init(_ namespace: Namespace, _ connection: Connection, services: [String], withLog: Bool) {
    self.namespace = namespace
    self.connection = connection
    self.services = services
    self.withLog = withLog
  }

  /// By shard.
  func read() async throws -> [String] {
    var command = ["EVAL", Self.script, "0", withLog ? "1" : "0"]
    for shard in namespace.shards { command.append("\(namespace.name):{\(shard)}") }
    command += ["--"] + services
    return try await connection.strings(command)
  }

  private static let script = """
    local shards, services, target = {}, {}, nil
    target = shards
    for i = 2, #ARGV do
      if ARGV[i] == '--' then target = services else target[#target + 1] = ARGV[i] end
    end
    local function contents(key, parts)
      parts[#parts + 1] = key
      if redis.call('TYPE', key).ok == 'hash' then
        local all, fields = redis.call('HGETALL', key), {}
        for i = 1, #all, 2 do fields[#fields + 1] = all[i] .. '=' .. all[i + 1] end
        table.sort(fields)
        for _, field in ipairs(fields) do parts[#parts + 1] = field end
      else
        for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
          parts[#parts + 1] = entry[1] .. ' ' .. table.concat(entry[2], ' ')
        end
      end
    end
    local digests = {}
    for _, shard in ipairs(shards) do
      local parts = {}
      local topics = redis.call('KEYS', shard .. ':log:*')
      table.sort(topics)
      for _, topic in ipairs(topics) do
        if ARGV[1] == '1' and redis.call('XLEN', topic) > 0 then contents(topic, parts) end
      end
      for _, service in ipairs(services) do
        local keys = redis.call('KEYS', shard .. ':' .. service .. ':*')
        table.sort(keys)
        for _, key in ipairs(keys) do contents(key, parts) end
      end
      digests[#digests + 1] = redis.sha1hex(table.concat(parts, '\\n'))
    end
    return digests
    """
}
