import EventStreams
import Foundation
import HTTPTypes
import RedisTestSupport
import Testing

@Suite("Doing something over HTTP") struct ActionTests {
  private static let key = HTTPField.Name.named("Idempotency-Key")
  private static let prefer = HTTPField.Name.named("Prefer")

  @Test("takes an Idempotency-Key, and refuses fields that it does not know: a misspelt amount would be all there is")
  func mistakes() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      for path in [
        "/v1/rides/r-1/refunds", "/v1/rides/r-1/adjustments", "/v1/rides/r-1/ratings", "/v1/rides/r-1/tips",
        "/v1/rides/r-1/write-offs", "/v1/riders/u-17/cards",
        "/v1/accounts/rider/u-17/deposits", "/v1/accounts/rider/u-17/withdrawals",
      ] {
        let unnamed = try await bench.post(path, "{}")
        #expect(unnamed.status == 400 && unnamed.code == "idempotency-key-missing", "\(path): \(unnamed.text)")
        let misspelt = try await bench.post(path, #"{"amont":5,"reason":"late"}"#, [Self.key: "k"])
        #expect(misspelt.status == 422 && misspelt.text.contains(#""pointer":"/amont""#), "\(path): \(misspelt.text)")
      }
      let missing = try await bench.post("/v1/rides/r-2/refunds", #"{"reason":"late"}"#, [Self.key: "k"])
      #expect(missing.status == 404, "\(missing.text)")
      let negative = try await bench.post(
        "/v1/accounts/rider/u-17/deposits", #"{"city":"Paris","amount":-5,"currency":"EUR"}"#, [Self.key: "k"])
      #expect(negative.status == 422 && negative.code == "invalid-event", "\(negative.text)")
      #expect(
        try await bench.post("/v1/accounts/clearing/x/deposits", #"{"currency":"EUR"}"#, [Self.key: "k"]).status == 404)
    }
  }

  @Test(
    "answers 202 with where the request stands, or what became of it to who waits; and does it once, however often it is sent"
  )
  func refunds() async throws {
    try await HTTPBench.run { bench in
      #expect(try await bench.post("/v1/events", HTTPBench.completed("r-1")).status == 201)
      let refund = #"{"amount":200,"currency":"EUR","reason":"late"}"#
      let path = "/v1/rides/r-1/refunds"
      // Nobody has handled the completion yet: what is asked for is taken all the same.
      let early = try await bench.post(path, refund, [Self.key: "k-1"])
      #expect(early.status == 202, "\(early.text)")
      let place = try #require(early.headers[.location])
      let event = try await bench.get(place)
      #expect(event.status == 200 && event.text.contains("REFUND_REQUESTED"), "\(event.text)")
      try await bench.working("payment", "driver") {
        let done = try await bench.post(path, refund, [Self.key: "k-1", Self.prefer: "wait=30"])
        let result = done.object["result"] as? [String: Any]
        #expect(
          done.status == 200 && result?["outcome"] as? String == "refunded"
            && done.object["duplicate"] as? Bool == true, "\(done.text)")
        #expect(done.headers[.named("Preference-Applied")] == "wait=30")
        // The same key for something else.
        let other = try await bench.post(path, #"{"amount":300,"reason":"late"}"#, [Self.key: "k-1"])
        #expect(other.status == 422 && other.code == "event-id-reused", "\(other.text)")
        let large = try await bench.post(path, #"{"amount":1100,"reason":"late"}"#, [Self.key: "k-2"])
        #expect(large.status == 409 && large.code == "refused", "\(large.text)")
        let adjusted = try await bench.post(
          "/v1/rides/r-1/adjustments", #"{"total":1300,"reason":"detour"}"#,
          [Self.key: "k-3", Self.prefer: "wait=30"])
        #expect(adjusted.status == 200 && adjusted.text.contains(#""outcome":"adjusted""#), "\(adjusted.text)")
        let foreign = try await bench.post(path, #"{"amount":1,"currency":"USD","reason":"late"}"#, [Self.key: "k-4"])
        #expect(foreign.status == 422, "\(foreign.text)")
      }
    }
  }

  @Test("tells what is owed, has it charged to another card, and given up")
  func arrears() async throws {
    try await HTTPBench.run { bench in
      for ride in ["r-1", "r-2"] {
        let declined = HTTPBench.completed(ride, at: Timestamp.now().description)
          .replacing("tok_visa", with: "tok_declined_lost_card")
        #expect(try await bench.post("/v1/events", declined).status == 201)
      }
      try await bench.working("payment") {
        try await eventually("both are owed") {
          try await bench.get("/v1/arrears?city=Paris").object["total"] as? Int == 2
        }
        let listed = try await bench.get("/v1/arrears?rider=u-17&limit=1")
        #expect(
          listed.text.contains(#""riderId":"u-17","rideId":"r-1","city":"Paris","owed":1230,"currency":"EUR""#),
          "\(listed.text)")
        #expect(!listed.text.contains("r-2"), "\(listed.text)")
        let wait = [Self.key: "w", Self.prefer: "wait=30"] as HTTPFields
        let given = try await bench.post("/v1/rides/r-1/write-offs", #"{"reason":"too old"}"#, wait)
        #expect(given.status == 200 && given.text.contains(#""outcome":"writtenOff""#), "\(given.text)")
        let again = try await bench.post(
          "/v1/rides/r-1/write-offs", #"{"reason":"too old"}"#, [Self.key: "v", Self.prefer: "wait=30"])
        #expect(again.text.contains(#""outcome":"refused""#), "\(again.text)")
        let changed = try await bench.post("/v1/riders/u-17/cards", #"{"city":"Paris","card":"tok_visa"}"#, wait)
        #expect(changed.status == 200 && changed.text.contains(#""outcome":"changed""#), "\(changed.text)")
        try await eventually("nothing is owed") {
          try await bench.get("/v1/arrears").object["total"] as? Int == 0
        }
        #expect(try await bench.post("/v1/rides/r-9/write-offs", #"{"reason":"x"}"#, wait).status == 404)
      }
    }
  }

  @Test("moves money on accounts and counts ratings, or says why not")
  func movements() async throws {
    try await HTTPBench.run { bench in
      let now = HTTPBench.completed("r-1", at: Timestamp.now().description)
      #expect(try await bench.post("/v1/events", now).status == 201)
      try await bench.working("payment", "rating") {
        let wait = [Self.key: "w-1", Self.prefer: "wait=30"] as HTTPFields
        let paid = try await bench.post(
          "/v1/accounts/rider/u-17/deposits", #"{"city":"Paris","amount":5000,"currency":"EUR","reason":"cash"}"#, wait)
        #expect(paid.status == 200 && paid.text.contains(#""outcome":"deposited""#), "\(paid.text)")
        let balance = try await bench.get("/v1/accounts/rider/u-17")
        #expect(balance.text.contains("5000"), "\(balance.text)")
        let most = try await bench.post(
          "/v1/accounts/rider/u-17/withdrawals", #"{"city":"Paris","amount":5001,"currency":"EUR"}"#,
          [Self.key: "w-2", Self.prefer: "wait=30"])
        #expect(most.status == 200 && most.text.contains(#""outcome":"refused""#), "\(most.text)")
        try await eventually("it may be rated") {
          try await bench.get("/v1/rides/r-1").text.contains("ratingWindow\":{")
        }
        #expect(try await bench.post("/v1/rides/r-1/ratings", #"{"stars":6}"#, [Self.key: "u"]).status == 422)
        let rated = try await bench.post(
          "/v1/rides/r-1/ratings", #"{"stars":5}"#, [Self.key: "s", Self.prefer: "wait=30"])
        #expect(rated.status == 200 && rated.text.contains(#""outcome":"rated""#), "\(rated.text)")
        #expect(try await bench.post("/v1/rides/r-1/ratings", #"{"stars":4}"#, [Self.key: "t"]).status == 409)
      }
    }
  }
}
