import EventStreams
import Hummingbird
import NIOCore

/// How far the publishing of lines has come.
struct LineRun {
  /// What goes out together: enough that the way to the server does not count.
  private static let together = 500

  let catalog: EventCatalog
  let publisher: SharedPublisher
  let context: APIContext
  /// What events belong to that do not say so themselves.
  let trace: TraceContext?
  /// A report of every line, and not of those alone that were refused.
  let reportsAll: Bool
  private var input = EventInput(limit: ServerSettings.Limit.line)
  private var size = 0
  private var waiting: [InputDocument] = []
  private var published = 0
  private var duplicates = 0
  private var refused = 0

  init(
    catalog: EventCatalog, publisher: SharedPublisher, context: APIContext, trace: TraceContext?, reportsAll: Bool
  ) {
    self.catalog = catalog
    self.publisher = publisher
    self.context = context
    self.trace = trace
    self.reportsAll = reportsAll
  }

  /// Takes what has come in, and publishes what is enough of it.
  ///
  /// - Returns: reports of what was decided on.
  mutating func take(_ buffer: ByteBuffer) async throws -> [[UInt8]] {
    size += buffer.readableBytes
    guard size <= ServerSettings.Limit.streamedBody else { throw Request.tooLarge(ServerSettings.Limit.streamedBody) }
    waiting += input.read(Array(buffer.readableBytesView))
    var reports: [[UInt8]] = []
    while waiting.count >= Self.together {
      reports += try await publish(Array(waiting.prefix(Self.together)))
      waiting.removeFirst(Self.together)
    }
    return reports
  }

  /// Publishes the rest.
  mutating func finish() async throws -> [[UInt8]] {
    waiting += input.finish()
    defer { waiting = [] }
    return waiting.isEmpty ? [] : try await publish(waiting)
  }

  /// The last line.
  var end: [UInt8] { JSONWriter.bytes(of: End(published: published, duplicates: duplicates, refused: refused)) }

  private mutating func publish(_ documents: [InputDocument]) async throws -> [[UInt8]] {
    try await PublishSpan.run { [trace] span in
      // Of what is recorded the publishing is what they come of.
      try await publish(documents, in: TraceContext.current ?? trace, span)
    }
  }

  private mutating func publish(
    _ documents: [InputDocument], in trace: TraceContext?, _ span: PublishSpan?
  ) async throws -> [[UInt8]] {
    var reports: [LineReport] = []
    var lines: [Int] = []
    var events: [EncodedEvent] = []
    for document in documents {
      let line = document.place.line
      if let problem = document.problem {
        reports.append(LineReport(line: line, problem: Problem(.badRequest, .malformed, problem)))
        continue
      }
      do throws(JSONError) {
        events.append(try PublishedForm.plain(document.json, catalog, in: trace))
        lines.append(line)
      } catch {
        reports.append(LineReport(line: line, problem: .invalid(error)))
      }
    }
    span?.name(events)
    let places = try await context.redisTime.measure { [events, publisher] in try await publisher.publish(events) }
    for ((line, event), place) in zip(zip(lines, events), places) {
      do throws(Problem) {
        let report = try PublicationReport(event, place)
        if report.isDuplicate { duplicates += 1 } else { published += 1 }
        if reportsAll { reports.append(LineReport(line: line, report: report)) }
      } catch {
        reports.append(LineReport(line: line, problem: error))
      }
    }
    refused += reports.count { $0.problem != nil }
    return reports.map { JSONWriter.bytes(of: $0) }
  }

  private struct End: JSONWritable {
    let published: Int
    let duplicates: Int
    let refused: Int

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("done", true)
        $0.field("published", published)
        $0.field("duplicates", duplicates)
        $0.field("refused", refused)
      }
    }
  }
}

/// What became of one line.
struct LineReport: JSONWritable {
  /// Nil for what concerns them all.
  var line: Int?
  var report: PublicationReport?
  var problem: Problem?

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("line", line)
      if let problem {
        $0.field("status", problem.status.code)
        $0.field("code", problem.code.rawValue)
        $0.field("problem", problem.detail)
      } else {
        $0.field("status", report?.isDuplicate == true ? 200 : 201)
        report?.writeFields(to: &$0)
      }
    }
  }
}
