import Foundation

extension TraceSettings {
  /// A variable that can't be followed.
  public struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which, why, and what would do.
    public let description: String
  }

  /// What an environment says; nil if it names no collector, or that nothing be sent.
  ///
  /// - Parameters:
  ///   - environment: its variables.
  ///   - service: what this process is called unless the environment says it.
  ///   - version: of this program.
  public init?(environment: Environment, service: String, version: String) throws(Mistake) {
    guard environment["OTEL_SDK_DISABLED"]?.lowercased() != "true", environment["OTEL_TRACES_EXPORTER"] != "none",
      let endpoint = try Self.endpoint(environment)
    else { return nil }
    if let exporter = environment["OTEL_TRACES_EXPORTER"], exporter != "otlp" {
      throw Mistake(description: "OTEL_TRACES_EXPORTER is '\(exporter)', and here it is otlp or none")
    }
    let protocols = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]
    if let name = protocols.first(where: { environment[$0] != nil }), let value = environment[name],
      value != "http/json"
    {
      throw Mistake(
        description: "\(name) is '\(value)', and spans are sent as http/json here: leave it out, or have it say so")
    }
    self.init(endpoint: endpoint)
    headers = try environment.pairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS") ?? []
    if let time = try environment.milliseconds(
      "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
    {
      timeout = time
    }
    resource = try environment.pairs("OTEL_RESOURCE_ATTRIBUTES") ?? []
    if let name = environment["OTEL_SERVICE_NAME"] {
      resource.removeAll { $0.name == "service.name" }
      resource.append(Pair("service.name", name))
    }
    for pair in [Pair("service.name", service), Pair("service.version", version)]
    where !resource.contains(where: { $0.name == pair.name }) {
      resource.append(pair)
    }
    sampler = try Sampler(environment)
    if let number = try environment.number("OTEL_BSP_MAX_QUEUE_SIZE", bounds: 1...1_000_000) { longestQueue = number }
    if let number = try environment.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", bounds: 1...100_000) {
      largestBatch = number
    }
    if let time = try environment.milliseconds("OTEL_BSP_SCHEDULE_DELAY") { delay = time }
  }

  private static func endpoint(_ environment: Environment) throws(Mistake) -> String? {
    let (name, text): (String, String)
    if let whole = environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
      (name, text) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole)
    } else if let base = environment["OTEL_EXPORTER_OTLP_ENDPOINT"] {
      (name, text) = (
        "OTEL_EXPORTER_OTLP_ENDPOINT", (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/v1/traces"
      )
    } else {
      return nil
    }
    guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false else {
      throw Mistake(description: "\(name) is no address of a collector such as http://127.0.0.1:4318")
    }
    return text
  }

  /// Variables of an environment, of which an empty one counts as if it were not there.
  public struct Environment: Sendable {
    private let variables: @Sendable (String) -> String?

    /// Variables by name.
    public init(_ variables: @escaping @Sendable (String) -> String?) { self.variables = variables }

    /// This process's.
    public static var process: Environment { Environment { ProcessInfo.processInfo.environment[$0] } }

    subscript(name: String) -> String? {
      guard let value = variables(name), !value.isEmpty else { return nil }
      return value
    }

    /// The first of some variables that is there.
    private func first(_ names: [String]) -> (name: String, value: String)? {
      for name in names { if let value = self[name] { return (name, value) } }
      return nil
    }

    /// `name=value,name=value`, percent-encoded.
    func pairs(_ names: String...) throws(Mistake) -> [Pair]? {
      guard let (name, text) = first(names) else { return nil }
      var pairs: [Pair] = []
      for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1)
        guard sides.count == 2, let value = String(sides[1]).removingPercentEncoding else {
          // What it says may be a secret.
          throw Mistake(description: "\(name) is no list of name=value, separated by commas")
        }
        pairs.append(
          Pair(sides[0].trimmingCharacters(in: .whitespaces), value.trimmingCharacters(in: .whitespaces)))
      }
      return pairs
    }

    func number(_ names: String..., bounds: ClosedRange<Int>) throws(Mistake) -> Int? {
      try number(names, bounds)
    }

    private func number(_ names: [String], _ bounds: ClosedRange<Int>) throws(Mistake) -> Int? {
      guard let (name, text) = first(names) else { return nil }
      guard let number = Int(text), bounds.contains(number) else {
        throw Mistake(
          description: "\(name) is '\(text)', and may be from \(bounds.lowerBound) to \(bounds.upperBound)")
      }
      return number
    }

    func milliseconds(_ names: String...) throws(Mistake) -> Duration? {
      guard let number = try number(names, 1...3_600_000) else { return nil }
      return .milliseconds(number)
    }
  }
}

extension TraceSettings.Sampler {
  fileprivate init(_ environment: TraceSettings.Environment) throws(TraceSettings.Mistake) {
    self.init()
    guard let name = environment["OTEL_TRACES_SAMPLER"] else { return }
    let prefix = "parentbased_"
    followsParent = name.hasPrefix(prefix)
    switch followsParent ? String(name.dropFirst(prefix.count)) : name {
    case "always_on": beginning = 1
    case "always_off": beginning = 0
    case "traceidratio":
      let text = environment["OTEL_TRACES_SAMPLER_ARG"] ?? "1"
      guard let ratio = Double(text), (0...1).contains(ratio) else {
        throw TraceSettings.Mistake(description: "OTEL_TRACES_SAMPLER_ARG is '\(text)', and may be from 0 to 1")
      }
      beginning = ratio
    default:
      throw TraceSettings.Mistake(
        description:
          "OTEL_TRACES_SAMPLER is '\(name)', and may be always_on, always_off, traceidratio, or one of these after parentbased_"
      )
    }
  }
}
