import SpanJSON
import Testing

@Suite("JSON that is written") struct JSONWriterTests {
  private func written(_ capacity: Int) -> [UInt8] {
    var writer = JSONWriter(reservingCapacity: capacity)
    writer.object { json in
      json.field("text", "a\"b\\c\n\u{1}é😀")
      json.field(named: "named \"so\"", true)
      json.field("numbers", [0, 7, -7, 10, -10, 99, 100, 12_345_678_901, .max, .min])
      json.field("nested", [["", "x", "a text of more than eight bytes \"with quotes\""], []])
      json.field("none", Double.infinity)
    }
    #expect(writer.count == writer.bytes.count)
    #expect(writer.span.withUnsafeBufferPointer { Array($0) } == writer.bytes)
    return writer.bytes
  }

  @Test("is the same whatever room there was for it")
  func room() {
    let text =
      #"{"text":"a\"b\\c\n\u0001é😀","named \"so\"":true,"numbers":[0,7,-7,10,-10,99,100,12345678901,9223372036854775807,-9223372036854775808],"#
      + #""nested":[["","x","a text of more than eight bytes \"with quotes\""],[]],"none":null}"#
    for capacity in 0...text.utf8.count + 1 {
      #expect(String(decoding: written(capacity), as: UTF8.self) == text, "\(capacity)")
    }
  }

  @Test("is apart from what a copy of the writer goes on to write")
  func copies() {
    var one = JSONWriter(reservingCapacity: 64)
    one.plain("a")
    var other = one
    one.plain("b")
    other.plain("c")
    #expect(one.bytes == Array("ab".utf8))
    #expect(other.bytes == Array("ac".utf8))
  }
}
