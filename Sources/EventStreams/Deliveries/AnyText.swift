/// Any string, of which only that it is one is of interest.
struct AnyText: JSONReadable {
  init(from json: borrowing JSONValue) throws(JSONError) {
    guard json.kind == .string else { throw json.mismatch("a string") }
  }
}
