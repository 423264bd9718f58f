import CoreMetrics

/// How long a connection's calls take, by OpenTelemetry's conventions for database clients: by what is called, and by the kind of the failure.
///
/// Several commands that are sent together are one call, a pipeline.
struct CommandTimers {
  private struct Key: Hashable {
    let operation: String
    let error: RedisError.Code?
  }

  private var timers: [Key: CoreMetrics.Timer] = [:]

  /// - Returns: nil if nobody measures anything in this process: it costs nothing then.
  init?() {
    if MetricsSystem.factory is NOOPMetricsHandler { return nil }
  }

  /// Notes a call.
  ///
  /// - Parameters:
  ///   - commands: the last that were sent.
  ///   - count: how many replies were waited for.
  ///   - start: when it began.
  ///   - error: why it failed, if it did.
  mutating func record(_ commands: Commands, _ count: Int, since start: ContinuousClock.Instant, _ error: RedisError?) {
    let (seconds, attoseconds) = start.duration(to: .now).components
    let key = Key(operation: count > 1 ? "PIPELINE" : commands.firstName ?? "PIPELINE", error: error?.code)
    let timer =
      timers[key]
      ?? CoreMetrics.Timer(
        label: "db_client_operation_duration_seconds",
        dimensions: [("db_system_name", "redis"), ("db_operation_name", key.operation)]
          + (key.error.map { [("error_type", $0.rawValue)] } ?? []))
    timers[key] = timer
    timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension Commands {
  /// What the first command is called.
  fileprivate var firstName: String? {
    // *2\r\n$4\r\nPING\r\n…
    var lines: [[UInt8]] = [[]]
    let span = span
    for index in 0..<min(span.count, 64) {
      if span[index] == 0x0d { if lines.count == 3 { return String(decoding: lines[2], as: UTF8.self).uppercased() } }
      if span[index] == 0x0a { lines.append([]) } else { lines[lines.count - 1].append(span[index]) }
    }
    return nil
  }
}
