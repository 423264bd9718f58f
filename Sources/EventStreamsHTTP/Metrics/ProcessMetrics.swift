import Foundation

/// What the system knows of this process, by the names that Prometheus' own clients have for it; nothing where there is no /proc.
enum ProcessMetrics {
  private static let startedAt = Date()

  static func write(to text: inout PrometheusText) {
    guard let status = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      // What the program is called stands in parentheses, and may hold blanks.
      let end = status.lastIndex(of: ")")
    else { return }
    let fields = status[end...].split(separator: " ")
    guard fields.count > 21 else { return }
    func number(_ place: Int) -> Double { Double(fields[place - 2]) ?? 0 }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    text.add("process_cpu_seconds_total", .counter, [], (number(14) + number(15)) / ticks)
    if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      text.add("process_open_fds", .gauge, [], Double(files.count))
    }
    text.add("process_resident_memory_bytes", .gauge, [], number(24) * Double(sysconf(Int32(_SC_PAGESIZE))))
    text.add("process_start_time_seconds", .gauge, [], startedAt.timeIntervalSince1970.rounded())
    text.add("process_threads", .gauge, [], number(20))
    text.add("process_virtual_memory_bytes", .gauge, [], number(23))
  }
}
