#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Names for what a process does.
enum ProcessName {
  /// A name no other process has: host, process id, and a random part against pids that come again.
  static func unique() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    gethostname(&buffer, buffer.count - 1)
    let host = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let random = String(UInt32.random(in: 0...0xffff), radix: 16)
    return "\(host)-\(getpid())-\(random)"
  }
}
