import EventStreams
import RideHailing
import Testing

@Suite("The fields of events") struct EventFieldsTests {
  @Test("are told once, by each type, and mark what is personal")
  func lists() throws {
    let services = RideServices.standard
    for type in services.types {
      let record = try #require(type as? any JSONRecord.Type, "\(type)")
      #expect(!record.fieldDescriptions.isEmpty, "\(type)")
      let names = record.fieldDescriptions.map(\.name)
      #expect(Set(names).count == names.count, "\(names)")
    }
    #expect(services.personalFields == ["email", "refusal", "riderEmail", "token"])
  }
}
