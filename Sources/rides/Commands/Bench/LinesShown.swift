import Synchronization

/// Shows a report's lines as soon as there are any, the conditions first.
final class LinesShown: Sendable {
  private let count = Mutex(0)

  func show(_ report: BenchReport) {
    count.withLock { count in
      if count == 0 { Terminal.print(drawn: report.conditions + "\n") }
      for line in report.results.dropFirst(count) { Terminal.print(drawn: line) }
      count = report.results.count
    }
  }
}
