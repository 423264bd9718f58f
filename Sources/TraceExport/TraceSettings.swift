/// Where spans go, and which are made: what OpenTelemetry's variables of the environment say.
public struct TraceSettings: Sendable, Hashable {
  /// Takes spans as JSON (OTLP/HTTP): a whole URL, to its path.
  public var endpoint: String
  /// What is sent with each request besides, such as who sends it.
  public var headers: [Pair] = []
  /// How long the collector may take for an answer.
  public var timeout = Duration.seconds(10)
  /// What all spans of this process are of: `service.name` and the like.
  public var resource: [Pair] = []
  /// Which traces are begun here, where a request belongs to none.
  public var sampler = Sampler()
  /// How many spans may wait to be sent; more are counted, and dropped.
  public var longestQueue = 2048
  /// How many are sent together at the most.
  public var largestBatch = 512
  /// How long a span waits for others to go with it.
  public var delay = Duration.seconds(5)

  /// A name and what it stands for.
  public struct Pair: Sendable, Hashable {
    /// The name.
    public let name: String
    /// What it stands for.
    public let value: String

    /// A pair.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Which traces are recorded.
  public struct Sampler: Sendable, Hashable {
    /// The part of those that begin here, from 0 to 1.
    public var beginning = 0.0
    /// Whether one that began elsewhere is recorded if that is wanted there, and else isn't.
    public var followsParent = true

    /// Records what is wanted elsewhere, and begins nothing.
    public init() {}

    /// Whether to record a span.
    ///
    /// - Parameters:
    ///   - trace: what it belongs to.
    ///   - parent: what it is part of; nil if the trace begins with it.
    func records(_ trace: TraceID, parent: TraceParent?) -> Bool {
      if followsParent, let parent { return parent.isSampled }
      // By the trace and not by chance, so that all who see it come to the same.
      return beginning >= 1 || Double(trace.low >> 1) < beginning * 0x1p63
    }
  }

  /// Sends spans to a collector, unless something else is said.
  public init(endpoint: String) {
    self.endpoint = endpoint
  }
}
