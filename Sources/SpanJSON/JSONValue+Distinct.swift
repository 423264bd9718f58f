extension JSONValue {
  /// Throws if an object, this one or one within it, has a field twice: two readers would read two documents.
  ///
  /// For what comes from outside; whoever reads what was checked once need not look again.
  package func checkFieldsAreDistinct() throws(JSONError) {
    if kind == .array {
      try forEachElement { (element) throws(JSONError) in try element.checkFieldsAreDistinct() }
      return
    }
    guard kind == .object else { return }
    let object = try object()
    if let twice = object.firstRepeatedField() { throw JSONError(path: twice, problem: "stands there twice") }
    var error: JSONError?
    object.forEachToken { name, value in
      guard error == nil, value.kind == .object || value.kind == .array else { return }
      do throws(JSONError) { try value.checkFieldsAreDistinct() } catch let problem {
        error = problem.inside(name.text)
      }
    }
    if let error { throw error }
  }
}

extension JSONObject {
  /// The name of the first field that another before it has too; nil if there is none.
  fileprivate func firstRepeatedField() -> String? {
    // Names are told apart by their lengths and beginnings, nearly always; what is left is compared.
    var seen: [UInt64] = []
    var isSure = true
    forEachToken { name, _ in
      guard isSure else { return }
      let mark = name.nameMark
      isSure = !name.isEscapedName && !seen.contains(mark) && seen.count < 32
      seen.append(mark)
    }
    guard !isSure else { return nil }
    // Compared as bytes.
    var names: Set<[UInt8]> = []
    var twice: String?
    forEachToken { name, _ in
      let text = name.text
      if twice == nil, !names.insert(Array(text.utf8)).inserted { twice = text }
    }
    return twice
  }
}

extension JSONValue {
  fileprivate var isEscapedName: Bool { node.isEscaped }

  /// A number of a name's length, its first bytes and its last: different names mostly have different ones, the same never.
  fileprivate var nameMark: UInt64 {
    let raw = rawBytes
    var mark = UInt64(truncatingIfNeeded: raw.count)
    for index in 0..<min(raw.count, 5) { mark = mark << 8 | UInt64(raw[index]) }
    return raw.count > 0 ? mark << 8 | UInt64(raw[raw.count - 1]) : mark
  }
}
