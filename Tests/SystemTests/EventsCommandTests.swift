import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("rides events describe") struct EventsCommandTests {
  private func run(_ arguments: String...) async throws -> TestProgram.Run {
    try await RidesProcess.run(all: ["events", "describe"] + arguments, redis: "redis://127.0.0.1:1")
  }

  private struct Field: Decodable {
    let name: String
    let kind: String
    let rule: String?
    let optional: Bool
    let personalOf: String?
    let fields: [Field]?
  }

  private struct Described: Decodable {
    let type: String
    let topic: String
    let version: Int
    let publishedBy: [String]
    let deliveredTo: [String]
    let fields: [Field]
  }

  @Test("tells every type that the program knows, with its fields, as its list has them")
  func all() async throws {
    let json = try await run("--format", "json")
    #expect(json.status == 0, "\(json.errors)")
    let events = try JSONDecoder().decode([Described].self, from: Data(json.output.utf8))
    #expect(events.map(\.type) == RideServices.standard.catalog.typeNames)
    #expect(events.allSatisfy { !$0.fields.isEmpty })
    let completed = try #require(events.first { $0.type == "RIDE_COMPLETED" })
    #expect(completed.publishedBy == [] && completed.deliveredTo.contains("payment") && completed.topic == "rides")
    let fields = Dictionary(uniqueKeysWithValues: completed.fields.map { ($0.name, $0) })
    #expect(fields["riderEmail"]?.personalOf == "riderId" && fields["riderEmail"]?.optional == true)
    #expect(fields["city"]?.personalOf == nil && fields["city"]?.optional == false)
    #expect(fields["distanceMeters"]?.rule?.contains("…") == true)
    let fare = ["base", "distance", "time", "surge", "tolls", "tip", "taxes", "total", "currency"]
    #expect(fields["fare"]?.fields?.map(\.name) == fare)
    let table = try await run()
    #expect(table.output.split(separator: "\n").count == events.count + 1)
  }

  @Test("tells one type field by field, with a dot for what is inside, and which types there are not")
  func one() async throws {
    let table = try await run("RIDE_COMPLETED")
    let lines = table.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.first?.joined(separator: " ") == "FIELD KIND MUST BE OPTIONAL PERSONAL OF")
    #expect(lines.contains { $0.first == "fare.total" })
    #expect(lines.contains { $0.first == "payment.token" && $0.last == "riderId" })
    let unknown = try await run("RIDE_LOST")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("there is no type of events 'RIDE_LOST'"))
  }
}
