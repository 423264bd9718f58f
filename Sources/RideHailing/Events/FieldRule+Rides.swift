import EventStreams

extension FieldRule<String> {
  /// What can name a ride, a rider, a driver, a city and what else becomes part of an event's id or of a Redis key.
  static var name: FieldRule {
    FieldRule("1 to 200 bytes without control characters") { (text) throws(JSONError) in
      try Identifier.checkName(text, "")
    }
  }

  /// What a bank takes as a reference: so long, and of these characters.
  static var bankReference: FieldRule {
    FieldRule("1 to 35 letters, digits and - of ASCII") { (text) throws(JSONError) in
      let isFine = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
      guard isFine, (1...35).contains(text.utf8.count) else {
        throw JSONError(path: "", problem: "is not 1 to 35 letters, digits and - of ASCII, which is what banks take")
      }
    }
  }

  /// A text for people.
  static func text(_ longest: Int = FreeText.reason) -> FieldRule {
    FieldRule("at most \(longest) bytes") { (text) throws(JSONError) in
      try FreeText.check(text, "", longest: longest)
    }
  }

  /// Where mail is sent to.
  static var email: FieldRule {
    FieldRule("an e-mail address") { (text) throws(JSONError) in try EmailAddress.check(text, "") }
  }
}

extension FieldRule<String> {
  /// A language, and how numbers are written in it (BCP 47).
  static var languageTag: FieldRule {
    FieldRule("a language tag, such as de-CH") { (text) throws(JSONError) in
      let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      let isFine = parts.allSatisfy { part in
        (1...8).contains(part.count)
          && part.allSatisfy { byte in
            let letter = byte | 0x20
            return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
              || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
          }
      }
      guard isFine, text.utf8.count <= 35, (2...3).contains(parts[0].count) else {
        throw JSONError(path: "", problem: "is no language tag such as de-CH")
      }
    }
  }

  /// A cell of the map, of the size that prices are made for.
  static var cell: FieldRule {
    FieldRule("a geohash of \(Geohash.cellLength) characters") { (text) throws(JSONError) in
      guard text.utf8.count == Geohash.cellLength, Geohash.area(of: text) != nil else {
        throw JSONError(problem: "\"\(text.prefix(40))\" is no geohash of \(Geohash.cellLength) characters")
      }
    }
  }
}

extension FieldRule<Int> {
  /// A quantity within its bounds.
  static func within(_ quantity: Quantity) -> FieldRule {
    FieldRule("\(quantity.range.lowerBound) … \(quantity.range.upperBound) \(quantity.unit)") {
      (number) throws(JSONError) in try quantity.check(number, "")
    }
  }
}

extension FieldRule<Timestamp> {
  /// The first moment of a day.
  static var startOfDay: FieldRule {
    FieldRule("the first moment of a day") { (time) throws(JSONError) in _ = try RecordsRemoved.day(time, "") }
  }
}
