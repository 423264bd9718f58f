import EventStreams
import Foundation

/// The machine that the benchmark runs on.
struct BenchMachine: JSONWritable, Sendable {
  let cores = ProcessInfo.processInfo.activeProcessorCount
  let processor = Self.processorName ?? "unknown processor"
  let system = ProcessInfo.processInfo.operatingSystemVersionString

  private static var processorName: String? {
    #if os(Linux)
      let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
      return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    #else
      var size = 0
      guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 0 else { return nil }
      var name = [UInt8](repeating: 0, count: size)
      guard sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else { return nil }
      return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    #endif
  }

  /// The processor time that this process has used, in seconds.
  static var processorTime: Double {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("cores", cores)
      $0.field("processor", processor)
      $0.field("system", system)
    }
  }
}
