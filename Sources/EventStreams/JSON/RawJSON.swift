/// JSON that is written already.
struct RawJSON: JSONWritable {
  let bytes: [UInt8]

  func write(to json: inout JSONWriter) { json.raw(bytes) }
}
