public import CoreMetrics
import EventStreams
import Synchronization

/// Keeps what a program measures, and writes it as Prometheus reads it (text format 0.0.4).
///
/// Times become histograms in seconds, whose first bound is 10 µs: what a service does with an event takes some hundred.
public final class PrometheusRegistry: MetricsFactory {
  private struct Key: Hashable {
    let name: Identifier
    let labels: [Label]
  }

  struct Label: Hashable, Comparable {
    let name: Identifier
    let value: Identifier

    static func < (a: Label, b: Label) -> Bool { a.name < b.name }
  }

  private enum Series {
    case counter(PrometheusCounter)
    case gauge(PrometheusGauge)
    case histogram(PrometheusHistogram)
  }

  private let series = Mutex<[Key: Series]>([:])

  /// A registry that knows nothing yet.
  public init() {}

  // MARK: What is measured

  /// A counter.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    make(label, dimensions, { PrometheusCounter() }, { .counter($0) }) {
      if case .counter(let counter) = $0 { counter } else { nil }
    }
  }

  /// A gauge, or a histogram of whatever is recorded.
  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    if aggregate {
      return make(label, dimensions, { PrometheusHistogram() }, { .histogram($0) }) {
        if case .histogram(let histogram) = $0 { histogram } else { nil }
      }
    }
    return make(label, dimensions, { PrometheusGauge() }, { .gauge($0) }) {
      if case .gauge(let gauge) = $0 { gauge } else { nil }
    }
  }

  /// A histogram in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    make(label, dimensions, { PrometheusHistogram() }, { .histogram($0) }) {
      if case .histogram(let histogram) = $0 { histogram } else { nil }
    }
  }

  /// What was counted goes on being said: a counter that went would begin anew when it comes again.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Goes on being said.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Goes on being said.
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func make<Handler: Sendable>(
    _ label: String, _ dimensions: [(String, String)], _ new: () -> Handler, _ wrap: (Handler) -> Series,
    _ unwrap: (Series) -> Handler?
  ) -> Handler {
    let labels = dimensions.map { Label(name: Identifier(Self.plain($0.0)), value: Identifier($0.1)) }.sorted()
    let key = Key(name: Identifier(Self.plain(label)), labels: labels)
    return series.withLock { series in
      if let known = series[key].flatMap(unwrap) { return known }
      let handler = new()
      series[key] = wrap(handler)
      return handler
    }
  }

  /// A name as Prometheus has them.
  private static func plain(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
  }

  // MARK: Text

  /// All that was measured, by name and labels.
  public var text: String {
    var text = PrometheusText()
    let all = series.withLock { $0 }.sorted { ($0.key.name, $0.key.labels.text) < ($1.key.name, $1.key.labels.text) }
    for (key, series) in all {
      let labels = key.labels.map { ($0.name.text, $0.value.text) }
      switch series {
      case .counter(let counter): text.add(key.name.text, .counter, labels, Double(counter.value))
      case .gauge(let gauge): text.add(key.name.text, .gauge, labels, gauge.value)
      case .histogram(let histogram): text.add(key.name.text, labels, histogram)
      }
    }
    return text.text + Self.processText
  }

  /// What is known of the process, whether it measures anything or not.
  static var processText: String {
    var text = PrometheusText()
    ProcessMetrics.write(to: &text)
    return text.text
  }

  /// How long something of a group took, below which so many hundredths of the times lie, as far as the buckets tell; nil if it never was.
  func quantiles(_ name: String, group: String, _ parts: [Double]) -> [Double]? {
    let histogram = series.withLock { series -> PrometheusHistogram? in
      for (key, value) in series where key.name.text.hasSameBytes(as: name) {
        guard case .histogram(let histogram) = value,
          key.labels.contains(where: { $0.name.text == "messaging_consumer_group_name" && $0.value.text == group })
        else { continue }
        return histogram
      }
      return nil
    }
    guard let counts = histogram?.current.counts, let total = Optional(counts.reduce(0, +)), total > 0 else {
      return nil
    }
    return parts.map { part in
      var count = 0
      let place =
        counts.firstIndex {
          count += $0; return Double(count) >= part * Double(total)
        } ?? counts.count - 1
      return PrometheusHistogram.bounds[min(place, PrometheusHistogram.bounds.count - 1)]
    }
  }
}

extension [PrometheusRegistry.Label] {
  fileprivate var text: Identifier { Identifier(map { "\($0.name)=\($0.value)" }.joined(separator: ",")) }
}
