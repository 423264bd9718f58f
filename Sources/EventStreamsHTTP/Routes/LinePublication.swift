import EventStreams
import HTTPTypes
import Hummingbird
import NIOCore

/// Publishing any number of events, one a line, as they come in.
///
/// The answer begins when all has been read, so that a client may send everything before it reads: lines that were refused are kept, up to a
/// number, and then counted. Its last line says that it is whole; where it is missing, sending all again is harmless.
struct LinePublication {
  let catalog: EventCatalog
  let publisher: SharedPublisher
  /// A line for every event, and not for those alone that were refused.
  let isWhole: Bool

  private static let mostReported = 1000
  /// What goes out together: enough that the way to the server does not count.
  private static let together = 500

  private struct Tally {
    var lines: [[UInt8]] = []
    var published = 0
    var duplicates = 0
    var refused = 0
  }

  func publish(_ request: Request, _ context: APIContext) async throws -> Response {
    var input = EventInput(limit: ServerSettings.Limit.line)
    var tally = Tally()
    var size = 0
    var waiting: [InputDocument] = []
    for try await buffer in request.body {
      size += buffer.readableBytes
      guard size <= ServerSettings.Limit.streamedBody else { throw Request.tooLarge(ServerSettings.Limit.streamedBody) }
      waiting += input.read(Array(buffer.readableBytesView))
      while waiting.count >= Self.together {
        try await publish(Array(waiting.prefix(Self.together)), &tally, context)
        waiting.removeFirst(Self.together)
      }
    }
    waiting += input.finish()
    if !waiting.isEmpty { try await publish(waiting, &tally, context) }
    return answer(tally)
  }

  private func publish(_ documents: [InputDocument], _ tally: inout Tally, _ context: APIContext) async throws {
    var lines: [Int] = []
    var events: [EncodedEvent] = []
    for document in documents {
      if let problem = document.problem {
        report(document.place.line, Problem(.badRequest, .malformed, problem), &tally)
        continue
      }
      do throws(JSONError) {
        events.append(try catalog.read(document.json.span))
        lines.append(document.place.line)
      } catch {
        report(document.place.line, .invalid(error), &tally)
      }
    }
    let published = try await context.redisTime.measure { [events] in try await publisher.publish(events) }
    for ((line, event), published) in zip(zip(lines, events), published) {
      do throws(Problem) {
        let report = try PublicationReport(event, published)
        if report.isDuplicate { tally.duplicates += 1 } else { tally.published += 1 }
        if isWhole { tally.lines.append(JSONWriter.bytes(of: Line(line: line, report: report))) }
      } catch {
        report(line, error, &tally)
      }
    }
  }

  private func report(_ line: Int, _ problem: Problem, _ tally: inout Tally) {
    tally.refused += 1
    guard isWhole || tally.lines.count < Self.mostReported else { return }
    tally.lines.append(JSONWriter.bytes(of: Line(line: line, problem: problem)))
  }

  private func answer(_ tally: Tally) -> Response {
    var buffer = ByteBuffer()
    for line in tally.lines + [JSONWriter.bytes(of: End(tally: tally))] {
      buffer.writeBytes(line)
      buffer.writeInteger(UInt8(ascii: "\n"))
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"], body: ResponseBody(byteBuffer: buffer))
  }

  private struct Line: JSONWritable {
    let line: Int
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

  private struct End: JSONWritable {
    let tally: Tally

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("done", true)
        $0.field("published", tally.published)
        $0.field("duplicates", tally.duplicates)
        $0.field("refused", tally.refused)
      }
    }
  }
}
