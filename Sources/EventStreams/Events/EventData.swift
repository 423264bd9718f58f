/// What a service reads of the events of one type: the value under their `data` field. For events that others publish, of which a service
/// takes the fields that it needs; what is published here as well is an `EventData`.
///
/// A conforming type reads its own JSON (`JSONReadable`); a value that cannot be true should be refused in `init(from:)` with an error that
/// names the field.
public protocol ReadableEventData: Sendable, JSONReadable {
  /// The event's `type` field.
  static var eventType: EventType { get }

  /// The version of this type's shape. An event of a newer version than a worker knows is left for one that knows it
  /// (`RetryPolicy.holdTime`), one of an older version is lifted by `upcast`. 1 unless declared otherwise, and not written when it is 1.
  static var version: Int { get }

  /// Lifts data that was written in an older version to the version after it: from 1 to 2, from 2 to 3 and so on, step by step up to
  /// `version`, before `init(from:)` reads it. Events of this version are never asked about.
  ///
  /// ```swift
  /// static let version = 3
  ///
  /// static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
  ///   switch version {
  ///   case 1: data.rename("sum", to: "total")
  ///   default: data.set("currency", to: "USD")
  ///   }
  /// }
  /// ```
  ///
  /// Whoever reads events reads them so: workers, audit, rebuild, reports. The events themselves stay as they were written, in the log and
  /// in the archive; so does one of an older version that is published. A step must come to the same for ever: what it adds is a constant
  /// or follows from the data. Nothing is changed unless declared otherwise, for an `init(from:)` that reads the older shapes as well.
  static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError)

  /// The topic: the family of event types whose stream this type's events stand in. Services are delivered the topics of the types that they
  /// handle. `events` unless declared otherwise; it changes what delivery costs, and nothing else.
  static var topic: String { get }
}

/// What an event of one type says, in full: it can be published. The one place where an event type is declared.
///
/// A conforming type reads and writes its own JSON (`JSONReadable`, `JSONWritable`).
public protocol EventData: ReadableEventData, JSONWritable {
  /// What ordering is per: events with the same key are handled in the order of the log.
  var orderingKey: String { get }

  /// What chooses the shard. Everything that belongs together must agree on it. The ordering key unless declared otherwise.
  var shardKey: String { get }

  /// The event's identity: publishing an event whose id the shard remembers adds nothing.
  /// `TYPE:orderingKey` unless declared otherwise, which means one event of this type per key.
  var eventID: String { get }
}

extension ReadableEventData {
  /// 1
  @inlinable public static var version: Int { 1 }

  /// Nothing is changed.
  public static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {}

  /// `events`
  @inlinable public static var topic: String { Namespace.standardTopic }
}

extension EventData {
  /// The ordering key.
  public var shardKey: String { orderingKey }

  /// `TYPE:orderingKey`
  public var eventID: String { "\(Self.eventType.rawValue):\(orderingKey)" }
}
