import EventStreams

/// What a file is that holds no text in UTF-8, told by its first bytes, and what is to be done about it.
public struct ForeignContent: Sendable, Hashable {
  /// As in "the file is …".
  let name: String
  /// What makes text of it on its way to whoever reads it; nil if that takes more than a pipe.
  let filter: String?
  /// What is to be done where no filter helps.
  let remedy: String

  /// Nil for what may be text.
  ///
  /// - Parameter bytes: the first of the file; 64 are enough.
  public init?(firstBytes bytes: some Collection<UInt8>) {
    let bytes = Array(bytes.prefix(64))
    func begins(_ signature: UInt8...) -> Bool { bytes.starts(with: signature) }
    func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }

    if begins(0x1f, 0x8b) {
      self.init("compressed with gzip", filter: "gunzip -c")
    } else if begins("BZh") {
      self.init("compressed with bzip2", filter: "bunzip2 -c")
    } else if begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00) {
      self.init("compressed with xz", filter: "unxz -c")
    } else if begins(0x28, 0xb5, 0x2f, 0xfd) {
      self.init("compressed with Zstandard", filter: "zstd -dc")
    } else if begins(0x50, 0x4b, 0x03, 0x04) {
      self.init("a zip archive, as Excel workbooks (.xlsx) are", remedy: "unpack it, or save the sheet as CSV in UTF-8")
    } else if begins(0xd0, 0xcf, 0x11, 0xe0) {
      self.init("an Excel workbook (.xls)", remedy: "save the sheet as CSV in UTF-8")
    } else if begins("PAR1") {
      self.init("a Parquet file", remedy: "convert it to CSV in UTF-8")
    } else if begins("SQLite format 3") {
      self.init("a SQLite database", remedy: "export what you want from it as text in UTF-8")
    } else if bytes.count >= 4, let encoding = InputEncoding.name(Array(bytes.prefix(4))) {
      self.init("text in \(encoding)", filter: "iconv -f \(encoding) -t UTF-8")
    } else {
      return nil
    }
  }

  private init(_ name: String, filter: String? = nil, remedy: String = "") {
    self.name = name
    self.filter = filter
    self.remedy = remedy
  }

  /// What it says to people: `is compressed with gzip; use: gunzip -c FILE | rides publish -`.
  ///
  /// - Parameter command: what shall read the file, from standard input.
  public func problem(for command: String) -> String {
    filter.map { "is \(name); use: \($0) FILE | \(command) -" } ?? "is \(name): \(remedy)"
  }
}
