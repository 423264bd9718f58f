/// JSON that is written already.
package struct RawJSON: JSONWritable {
  let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  package func write(to json: inout JSONWriter) { json.raw(bytes) }
}
