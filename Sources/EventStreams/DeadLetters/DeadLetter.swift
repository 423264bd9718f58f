/// An event that a service could not handle, or one parked behind it because it has the same key.
public struct DeadLetter: Sendable {
  /// Why an event stands in the dead letters; what the worker writes about it.
  public struct About: Sendable, Hashable, JSONReadable, JSONWritable {
    /// What was wrong, for people.
    public let reason: String
    /// Attempts made to handle it.
    public let attempts: Int
    /// Why the first attempt failed, if it was tried more than once.
    public let firstError: String?
    /// Why the last attempt failed, if it was tried more than once.
    public let lastError: String?
    /// The worker that gave up.
    public let worker: String
    /// When it gave up.
    public let at: Timestamp
    /// What it takes to read the event, if nobody did: a worker that does will handle it.
    let needs: ReadingNeed?

    init(
      reason: String, attempts: Int, failures: Failures?, worker: String, at: Timestamp, needs: ReadingNeed? = nil
    ) {
      self.init(
        reason: reason, attempts: attempts, firstError: failures?.firstError, lastError: failures?.lastError,
        worker: worker, at: at, needs: needs)
    }

    private init(
      reason: String, attempts: Int, firstError: String?, lastError: String?, worker: String, at: Timestamp,
      needs: ReadingNeed?
    ) {
      self.reason = reason
      self.attempts = attempts
      self.firstError = firstError
      self.lastError = lastError
      self.worker = worker
      self.at = at
      self.needs = needs
    }

    /// The same with another number of attempts.
    func with(attempts: Int) -> About {
      About(
        reason: reason, attempts: attempts, firstError: firstError, lastError: lastError, worker: worker, at: at,
        needs: needs)
    }

    /// Reads it as `write(to:)` writes it.
    public init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      reason = try object["reason"]
      attempts = try object["attempts"]
      firstError = try object.optional("firstError")
      lastError = try object.optional("lastError")
      worker = try object["worker"]
      at = try object["at"]
      needs = try object.optional("needs")
    }

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("reason", reason)
        json.field("attempts", attempts)
        json.field("firstError", firstError)
        json.field("lastError", lastError)
        json.field("worker", worker)
        json.field("at", at)
        json.field("needs", needs)
      }
    }
  }

  /// What it is called, among the dead letters of its service.
  public let name: LetterName
  /// The service that could not handle it.
  public let service: String
  /// The topic that it stands in; empty if it was handled as history.
  public let topic: String
  /// Its place in the log.
  public let entryID: EntryID
  /// What ordering is per.
  public let key: String
  /// True for an event that waits behind the dead letter of its key, and was not tried itself.
  public let isParked: Bool
  /// Why it stands here.
  public let about: About
  /// The event's JSON as the log held it; empty if the log did not hold it any more.
  public private(set) var json: [UInt8]
  /// False if what stands there is no record of a worker, and its reason says so: it can be discarded, and nothing else.
  public let isReadable: Bool

  /// Its own id, among the dead letters of its service and shard.
  public var id: EntryID { name.id }
  /// The shard it was read from.
  public var shard: Int { name.shard }
  /// The same letter with another text of its event.
  package func with(json: [UInt8]) -> DeadLetter {
    var letter = self
    letter.json = json
    return letter
  }

  /// The event's envelope, read anew each time; nil if it is no event.
  public var header: EventHeader? { try? EventHeader(ofEvent: json.span, fallbackID: entryID.description) }
}

extension DeadLetter: JSONWritable {
  /// The event is a string: it may be no JSON.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("letter", name.description)
      $0.field("id", id.description)
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("topic", topic)
      $0.field("entry", entryID.description)
      $0.field("key", key)
      $0.field("state", isParked ? "parked" : "dead")
      $0.field("about", about)
      $0.field("event", String(decoding: self.json, as: UTF8.self))
    }
  }
}
