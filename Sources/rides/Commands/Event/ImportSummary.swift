import EventStreams
import RideHailing

/// What became of the rows of an imported file: each is imported, rejected or voided.
struct ImportSummary: JSONWritable {
  var imported = 0
  /// Those of them that did not take place.
  var cancelled = 0
  private(set) var rejected = 0
  var voided = 0
  private(set) var firstRejected: RejectedRow?
  /// What became of the rides' events; nil if none were to be published.
  var events: PublishRun.Summary?

  /// Events that are in the log already, and say something else there.
  var different: Int { events?.different ?? 0 }

  var rows: Int { imported + rejected + voided }

  mutating func reject(_ row: RejectedRow) {
    rejected += 1
    if firstRejected == nil { firstRejected = row }
  }

  var text: String {
    let rows =
      "\(rows) rows: \(imported) imported\(cancelled > 0 ? " (\(cancelled) of them cancelled)" : ""), \(rejected) rejected, \(voided) voided"
    return events.map { "\(rows); \($0.text)" } ?? rows
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("published", events?.published)
      $0.field("duplicates", events?.duplicates)
      $0.field("different", events?.different)
      $0.field("rejected", rejected)
      $0.field("perSecond", events?.perSecond)
      $0.field("rows", rows)
      $0.field("imported", imported)
      $0.field("cancelled", cancelled)
      $0.field("voided", voided)
    }
  }
}
