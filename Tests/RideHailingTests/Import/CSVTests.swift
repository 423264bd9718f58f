import EventStreams
import Foundation
import RideHailing
import Testing

@Suite("CSV files of trips") struct CSVTests {
  private static let header =
    "vendor_id,pickup_datetime,dropoff_datetime,trip_distance,payment_type,fare_amount,tip_amount,tolls_amount,total_amount"
  private static let row = "1,2019-01-01 10:00:00,2019-01-01 10:10:00,1,1,5,0,0,5"

  private func read(_ rows: String..., end: String = "\n", header: String = header) throws -> ReadTrips {
    try ReadTrips(.nycYellow, ([header] + rows).map { $0 + end }.joined().utf8)
  }

  private static let tidyHeader = "pickup,dropoff,distance,fare,tip,tolls,total,payment,dropoff_zone"

  private func tidy(_ zones: String...) throws -> ReadTrips {
    let rows = zones.enumerated().map { "2019-03-01 0\($0):00:00,2019-03-01 0\($0):10:00,1,5,0,0,5,cash,\($1)\n" }
    return try ReadTrips(.nycTaxis, (Self.tidyHeader + "\n" + rows.joined()).utf8)
  }

  @Test("a quote within a cell is a character like others, and no row vanishes in it")
  func quoteWithin() throws {
    let outcome = try tidy("A", "Pier 6\" North", "B", "C", "Dock 8\" South", "D")
    #expect(outcome.rides.count == 6)
    #expect(outcome.reasons.isEmpty)
  }

  @Test("a quote that is not closed is an error of the line it opens in, and the lines after it are read")
  func unclosed() throws {
    let outcome = try tidy("A", "\"Pier 6", "B", "C")
    #expect(outcome.rides.count == 3)
    #expect(outcome.reasons == ["3 -: the quote that opens here is not closed by the end of the file"])
    let middle = try tidy("\"A\" pier", "\"a, \"\"b\"\"\nc\"", "D")
    #expect(middle.rides.count == 2)
    #expect(middle.reasons == ["2 -: a quote closes in the middle of a cell"])
  }

  @Test("a row with another number of cells says so; empty cells at its end say nothing")
  func cells() throws {
    let outcome = try read(Self.row, Self.row + ",x", Self.row + ",,, ", String(Self.row.dropLast(2)))
    #expect(outcome.rides.count == 2)
    #expect(
      outcome.reasons == ["3 -: has 10 cells where the header has 9", "5 -: has 8 cells where the header has 9"])
  }

  @Test("names of columns are known in any case, and with blanks around them")
  func headerNames() throws {
    let header = Self.header.uppercased().replacing(",", with: " ,  ") + ","
    #expect(try read(Self.row, header: header).rides.count == 1)
  }

  @Test("rows end with LF, CRLF or CR, and a byte-order mark is no part of a name", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) throws {
    for mark in ["", "\u{feff}"] {
      let outcome = try read(Self.row, "", Self.row + "x", end: end, header: mark + Self.header)
      #expect(outcome.rides.map(\.fare.total) == [500])
      #expect(outcome.reasons == ["4 total_amount: \"5x\" is not an amount in USD"])
    }
    #expect(try ReadTrips(.nycYellow, (Self.header + end + Self.row).utf8).rides.count == 1)
  }

  @Test(
    "a separator that is no comma is named as that",
    arguments: [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
  func separator(_ separator: String, _ name: String) {
    let text = (Self.header + "\n" + Self.row).replacing(",", with: separator)
    #expect(
      problem { try ReadTrips(.nycYellow, text.utf8) }
        == "the columns are separated by \(name): save the file with commas between them, and points in the numbers")
  }

  @Test("what is no text in UTF-8 is named as what it is, with what helps")
  func foreign() throws {
    func problem(_ bytes: [UInt8]) -> String { RideHailingTests.problem { try ReadTrips(.chicago, bytes) } }
    let command = "FILE | rides import --format chicago -"
    #expect(problem([0x1f, 0x8b, 8, 0]) == "the file is compressed with gzip; use: gunzip -c \(command)")
    #expect(problem([0x50, 0x4b, 3, 4]).contains("Excel"))
    #expect(problem(Array("PAR1".utf8)).contains("Parquet"))
    let text = Array("fare,tips".utf16)
    let small = text.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let big = text.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    let named = "the file is text in UTF-16; use: iconv -f UTF-16"
    #expect(problem([0xff, 0xfe] + small) == "\(named) -t UTF-8 \(command)")
    #expect(problem([0xfe, 0xff] + big) == "\(named) -t UTF-8 \(command)")
    #expect(problem(small) == "the file is text in UTF-16LE; use: iconv -f UTF-16LE -t UTF-8 \(command)")
    #expect(problem(big) == "the file is text in UTF-16BE; use: iconv -f UTF-16BE -t UTF-8 \(command)")

    let latin =
      Array((Self.tidyHeader + "\n2019-03-01 00:00:00,2019-03-01 00:10:00,1,5,0,0,5,cash,Caf").utf8) + [0xe9, 0x0a]
    #expect(
      try ReadTrips(.nycTaxis, latin).reasons == [
        "2 -: is not UTF-8; if the file is in Latin-1: iconv -f LATIN1 -t UTF-8 FILE"
      ])
  }

  @Test("a column that is there twice is refused, not guessed")
  func repeated() {
    #expect(
      problem { try read(header: Self.header + ",Fare_Amount") } == "the file has more than one column fare_amount")
  }

  @Test("a row of more than 1 MB is rejected, and the next is read")
  func long() throws {
    let outcome = try tidy(String(repeating: "x", count: 1_000_000), "B")
    #expect(outcome.rides.count == 1)
    #expect(outcome.reasons == ["2 -: is longer than 1 MB"])
  }

  @Test("whatever bytes come, each line is accounted for")
  func random() throws {
    var generator = SplitMix64(seed: 5)
    let pieces = ["\"", "\"\"", ",", "\n", "\r\n", "x", "5", " ", Self.row, "é"]
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }
      .joined()
      let outcome = try ReadTrips(.nycYellow, (Self.header + "\n" + text).utf8)
      let lines = text.utf8.split(separator: 0x0a).count { line in !line.allSatisfy { $0 == 0x20 || $0 == 0x0d } }
      let rows = outcome.rides.count + outcome.rejected.count
      // Only a line end in a closed quote makes one row of two lines.
      #expect(rows <= lines)
      if !text.contains("\"") { #expect(rows == lines, "\(text.debugDescription)") }
    }
  }
}
