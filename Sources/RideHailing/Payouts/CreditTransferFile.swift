import EventStreams

/// What a bank is told to pay: a message pain.001.001.09 (ISO 20022, Customer Credit Transfer Initiation).
///
/// All of it follows from the run, its payouts and the payees: writing it once more gives the same bytes.
public struct CreditTransferFile: Sendable {
  /// Who pays.
  public struct Debtor: Sendable {
    /// As the bank has it.
    public let name: String
    /// From which account.
    public let iban: IBAN
    /// At which bank; nil if the IBAN is enough.
    public let bic: String?

    /// Who pays.
    public init(name: String, iban: IBAN, bic: String? = nil) {
      self.name = BankText.of(name, longest: 70)
      self.iban = iban
      self.bic = bic
    }
  }

  /// The message.
  public let bytes: [UInt8]

  /// A run's payouts, in the order of their names.
  ///
  /// - Throws: a `RequestRefused` if a payee is not known.
  public init(
    _ run: PayoutRun, _ payouts: [(name: String, record: PayoutRecord)], from debtor: Debtor, to payees: Payees
  ) throws(RequestRefused) {
    let rules = run.rules
    let total = Money(payouts.reduce(0) { $0 + $1.record.amount }, rules.currency).decimal
    var xml = XMLText()
    xml.open("Document", #"xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09""#)
    xml.open("CstmrCdtTrfInitn")
    xml.open("GrpHdr")
    xml.add("MsgId", rules.run)
    xml.add("CreDtTm", Timestamp(secondsSinceEpoch: run.at.microsecondsSinceEpoch / 1_000_000).description)
    xml.add("NbOfTxs", String(payouts.count))
    xml.add("CtrlSum", total)
    xml.element("InitgPty") { $0.add("Nm", debtor.name) }
    xml.close("GrpHdr")
    xml.open("PmtInf")
    xml.add("PmtInfId", rules.run)
    xml.add("PmtMtd", "TRF")
    xml.add("BtchBookg", "true")
    xml.add("NbOfTxs", String(payouts.count))
    xml.add("CtrlSum", total)
    // Only payments in euro are by its rules.
    let isSEPA = rules.currency == .eur
    if isSEPA { xml.element("PmtTpInf") { $0.element("SvcLvl") { $0.add("Cd", "SEPA") } } }
    xml.element("ReqdExctnDt") { $0.add("Dt", rules.executeOn) }
    xml.element("Dbtr") { $0.add("Nm", debtor.name) }
    xml.element("DbtrAcct") { $0.element("Id") { $0.add("IBAN", debtor.iban.description) } }
    xml.element("DbtrAgt") { Self.bank(debtor.bic, &$0) }
    xml.add("ChrgBr", isSEPA ? "SLEV" : "SHAR")
    for payout in payouts {
      guard let payee = payees.payee(of: payout.record.driverID) else {
        throw .refusal(
          "driver \(payout.record.driverID), who is paid \(payout.record.money), is not in the file of payees")
      }
      xml.open("CdtTrfTxInf")
      xml.element("PmtId") { $0.add("EndToEndId", payout.name) }
      xml.element("Amt") {
        $0.add("InstdAmt", payout.record.money.decimal, #"Ccy="\#(rules.currency.code)""#)
      }
      if payee.bic != nil { xml.element("CdtrAgt") { Self.bank(payee.bic, &$0) } }
      xml.element("Cdtr") { $0.add("Nm", payee.name) }
      xml.element("CdtrAcct") { $0.element("Id") { $0.add("IBAN", payee.iban.description) } }
      xml.element("RmtInf") { $0.add("Ustrd", BankText.of("\(rules.week) \(rules.city)", longest: 140)) }
      xml.close("CdtTrfTxInf")
    }
    xml.close("PmtInf")
    xml.close("CstmrCdtTrfInitn")
    xml.close("Document")
    bytes = xml.bytes
  }

  /// The rules of payments in euro know no larger amount (EPC132-08, AT-T002).
  static func check(_ amount: Int, _ currency: Currency) throws(RequestRefused) {
    guard currency != .eur || amount <= 99_999_999_999 else {
      throw .refusal("\(Money(amount, currency)) is more than can be paid at once: withdraw some of it before")
    }
  }

  private static func bank(_ bic: String?, _ xml: inout XMLText) {
    xml.element("FinInstnId") { xml in
      if let bic { xml.add("BICFI", bic) } else { xml.element("Othr") { $0.add("Id", "NOTPROVIDED") } }
    }
  }
}

/// XML that is written element by element, each in a line of its own.
private struct XMLText {
  private(set) var bytes = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8) + [UInt8(ascii: "\n")]

  mutating func open(_ name: String, _ attribute: String? = nil) {
    bytes += "<\(name)\(attribute.map { " " + $0 } ?? "")>\n".utf8
  }

  mutating func close(_ name: String) { bytes += "</\(name)>\n".utf8 }

  /// An element with a text, of the characters that banks take: none of them means anything in XML but the apostrophe, which stands for itself
  /// outside attributes.
  mutating func add(_ name: String, _ text: String, _ attribute: String? = nil) {
    bytes += "<\(name)\(attribute.map { " " + $0 } ?? "")>\(text)</\(name)>\n".utf8
  }

  mutating func element(_ name: String, _ body: (inout XMLText) -> Void) {
    open(name)
    body(&self)
    close(name)
  }
}
