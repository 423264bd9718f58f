extension ArchiveReader {
  /// Opens an archive while the caller waits without blocking its thread: a database's server may be far away.
  public static func open(path: String, of domain: ArchiveDomain) async throws -> ArchiveReader {
    try await Blocking.run { try ArchiveReader(path: path, of: domain) }
  }
}
