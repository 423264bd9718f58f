import ArgumentParser
import EventArchive
import EventStreams
import RideHailing

/// Which events of the history are wanted: the options of `replay` and `archive export`.
struct HistoryOptions: ParsableArguments {
  @Option(
    help: "Only what happened at this time or later, by the event's timestamp: 2026-04-03T10:30:00Z.",
    transform: TimeArgument.read)
  var from: TimeArgument?

  @Option(help: "Only what happened before this time.", transform: TimeArgument.read)
  var to: TimeArgument?

  @Option(
    help: "Only what was recorded in the log at this time or later, by the server's clock.",
    transform: TimeArgument.read)
  var recordedFrom: TimeArgument?

  @Option(help: "Only what was recorded before this time.", transform: TimeArgument.read)
  var recordedTo: TimeArgument?

  @Option(name: .customLong("type"), help: "Only events of this type; may be given several times.")
  var types: [String] = []

  var filter: HistoryFilter {
    var filter = HistoryFilter()
    filter.happenedFrom = from?.time
    filter.happenedBefore = to?.time
    filter.recordedFrom = recordedFrom?.time
    filter.recordedBefore = recordedTo?.time
    filter.types = types.map { EventType(rawValue: $0) }
    return filter
  }

  /// Types that nobody knows are a slip of the pen, and so are times the wrong way round.
  func validate() throws {
    if let from, let to, to.time < from.time { throw ValidationError("--to is before --from") }
    if let recordedFrom, let recordedTo, recordedTo.time < recordedFrom.time {
      throw ValidationError("--recorded-to is before --recorded-from")
    }
    let known = ChosenServices.list.catalog.typeNames
    for type in types where !known.contains(type) {
      throw ValidationError("there is no event type '\(type)'; there are \(known.joined(separator: ", "))")
    }
  }
}
