#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Has the process ignore `SIGPIPE`, so that writing to a connection that the server has closed is an error, not the
/// end of the process. The program's `main` calls it once, before the first connection.
public func ignoreBrokenPipeSignal() {
  _ = signal(SIGPIPE, SIG_IGN)
}
