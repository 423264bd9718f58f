import CardGateway
import Crypto
import Testing

@Suite struct NoticeSignatureTests {
  private let body = Array(#"{"id":"evt_1"}"#.utf8)
  private let now = 1_700_000_000

  private func header(_ secret: String = "whsec_new", at time: Int? = nil, body: [UInt8]? = nil) -> String {
    let time = time ?? now
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("\(time).".utf8) + (body ?? self.body), using: SymmetricKey(data: Array(secret.utf8)))
    return "t=\(time),v1=\(code.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined())"
  }

  private func problem(_ header: String, body: [UInt8]? = nil) -> NoticeSignature.Problem? {
    let signature = NoticeSignature(secrets: ["whsec_old", "whsec_new"])
    do throws(NoticeSignature.Problem) {
      try signature.verify(body ?? self.body, header: header, now: now)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatIsSignedWithAnyOfTheSecretsIsBelieved() {
    #expect(problem(header("whsec_new")) == nil)
    #expect(problem(header("whsec_old")) == nil)
    #expect(problem(header("whsec_other")) == .forged)
    #expect(problem(header("")) == .forged)
  }

  @Test func oneSignatureOfSeveralIsEnough() {
    let zeros = String(repeating: "0", count: 64)
    #expect(problem(header().replacing(",v1=", with: ",v1=\(zeros),v0=\(zeros),v1=")) == nil)
  }

  @Test func aBodyWithOneOtherByteIsForged() {
    for place in body.indices {
      var other = body
      other[place] ^= 1
      #expect(problem(header(), body: other) == .forged)
    }
    #expect(problem(header(), body: body + [0x20]) == .forged)
  }

  @Test func whatIsOlderThanFiveMinutesIsExpired() {
    #expect(problem(header(at: now - 300)) == nil)
    #expect(problem(header(at: now - 301)) == .expired)
    // Another time than the signed one is another text.
    #expect(problem(header(at: now - 301).replacing("t=\(now - 301)", with: "t=\(now)")) == .forged)
  }

  @Test(arguments: ["", "t=1700000000", "v1=00", "t=,v1=", "t=-1,v1=00", "t=1700000000,v0=00", "t=1e9,v1=00"])
  func aHeaderThatSaysNothingIsNotBelieved(header: String) {
    #expect(problem(header) == .unreadable)
  }
}
