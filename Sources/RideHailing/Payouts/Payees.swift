import EventStreams

/// Whose bank accounts payouts go to, by driver: a file that the programs of payouts alone read. None of it is in an event.
public struct Payees: Sendable {
  /// One of them.
  public struct Payee: Sendable, Hashable {
    /// Whose account it is.
    public let name: String
    /// Which.
    public let iban: IBAN
    /// The bank; nil if the IBAN is enough.
    public let bic: String?
  }

  /// A file of payees has at most so many.
  static let most = 1_000_000

  private let payees: [Identifier: Payee]

  /// The drivers.
  public var drivers: [String] { payees.keys.sorted().map(\.text) }

  /// A driver's account; nil if it is not known.
  public func payee(of driver: String) -> Payee? { payees[driver] }

  /// Reads a file of payees: `driver,name,iban,bic`, of which the last may be empty.
  public init(file path: String) throws(FileMistake) {
    var payees: [Identifier: Payee] = [:]
    for row in try TableFile.rows(path, columns: ["driver", "name", "iban"], more: ["bic"], most: Self.most) {
      _ = try row.required("driver")
      guard let driver = try row.name("driver") else { continue }
      let name = BankText.of(try row.required("name"), longest: 70)
      guard name.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else {
        throw row.mistake("name has nothing in it that banks take")
      }
      let iban: IBAN
      do throws(IBAN.Problem) { iban = try IBAN(try Self.text(row, "iban")) } catch {
        throw row.mistake("iban \(error.description)")
      }
      if let bic = row["bic"], !Self.isBIC(bic) { throw row.mistake("bic is none: 8 or 11 capital letters and digits") }
      guard payees.updateValue(Payee(name: name, iban: iban, bic: row["bic"]), forKey: Identifier(driver)) == nil else {
        throw row.mistake("driver \(driver) is there twice")
      }
    }
    self.payees = payees
  }

  private static func text(_ row: TableFile.Row, _ column: String) throws(IBAN.Problem) -> String {
    guard let text = row[column] else { throw IBAN.Problem(description: "is missing") }
    return text
  }

  /// Four characters of the bank, two letters of the country, two of the place, and none or three of the branch (ISO 9362).
  public static func isBIC(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (bytes.count == 8 || bytes.count == 11) && bytes.allSatisfy { IBAN.isDigit($0) || IBAN.isCapital($0) }
      && bytes[4..<6].allSatisfy(IBAN.isCapital)
  }
}
