/// How the tables of an archive came to be what they are; the views over them are the domain's.
enum ArchiveSchema {
  static func steps(_ domain: ArchiveDomain) -> [ArchiveStep] {
    var steps = [
      ArchiveStep(name: "events") {
        try $0.execute($0.dialect.choose(sqlite: events, postgresql: PostgresSchema.events))
      },
      ArchiveStep(name: ChainMigration.name) {
        // There were chains before PostgreSQL was a home of archives.
        if $0.dialect == .sqlite { try ChainMigration.run($0) }
      },
    ]
    if let subject = domain.subject {
      steps.append(ArchiveStep(name: "\(subject.name)s") { try $0.execute(column(of: subject, $0.dialect)) })
    }
    for revision in domain.viewRevisions {
      steps.append(ArchiveStep(name: revision) { try recreate(domain.views($0.dialect), in: $0) })
    }
    steps.append(
      ArchiveStep(name: "identity") { database in
        let word = database.dialect.choose(
          sqlite: "lower(hex(randomblob(16)))", postgresql: "replace(gen_random_uuid()::text, '-', '')")
        let strict = database.dialect.choose(sqlite: " STRICT", postgresql: "")
        try database.execute(
          "CREATE TABLE archive (name TEXT NOT NULL)\(strict); INSERT INTO archive VALUES (\(word))")
      })
    steps.append(
      ArchiveStep(name: "writers") { database in
        let integer = database.dialect.integer
        try database.execute(
          "CREATE TABLE writers (shard \(integer) NOT NULL PRIMARY KEY, epoch \(integer) NOT NULL)")
      })
    return steps
  }

  /// The subject of an event whose producer gave it another key: few have one, so the index is small.
  private static func column(of subject: ArchiveDomain.Subject, _ dialect: SQLDialect) -> String {
    let (name, value) = (subject.name, "'$.data.\(subject.field)'")
    let update = """
      UPDATE events SET \(name) = event ->> \(value)
        WHERE CASE WHEN json_valid(event) THEN json_type(event, \(value)) = 'text'
          AND (event ->> \(value)) <> coalesce(key, '') ELSE 0 END;
      """
    return """
      ALTER TABLE events ADD COLUMN \(name) TEXT\(dialect.choose(sqlite: "", postgresql: " COLLATE \"C\""));
      \(dialect.choose(sqlite: update, postgresql: ""))
      CREATE INDEX \(ArchiveTable.index(of: subject)) ON events (\(name)) WHERE \(name) IS NOT NULL;
      """
  }

  /// Puts views in place of those that an archive has from earlier. A view may be made of those before it.
  private static func recreate(_ views: [ArchiveView], in database: any ArchiveDatabase) throws {
    let names = database.dialect.choose(
      sqlite: "SELECT name FROM sqlite_master WHERE type = 'view'",
      postgresql: "SELECT viewname::text FROM pg_views WHERE schemaname = current_schema()")
    let own = Set(views.map(\.name))
    for name in try database.all(names, [], { $0.text(0) ?? "" }).reversed() {
      // In PostgreSQL there may be views of somebody else's beside ours, and some that are made of ours.
      guard database.dialect == .sqlite || own.contains(name) else { continue }
      let cascade = database.dialect.choose(sqlite: "", postgresql: " CASCADE")
      try database.execute("DROP VIEW IF EXISTS \"\(name.replacing("\"", with: "\"\""))\"\(cascade)")
    }
    for view in views { try database.execute(view.definition) }
  }

  /// One row per event of the log. `event` is its JSON as logged, byte for byte; id, type, key and time are null where that is no
  /// event. `ChainMigration` adds `link` and `hash`.
  private static let events = """
    CREATE TABLE events (
      shard INTEGER NOT NULL,
      stream_ms INTEGER NOT NULL,
      stream_seq INTEGER NOT NULL,
      id TEXT,
      type TEXT,
      key TEXT,
      happened_at_us INTEGER,
      event TEXT NOT NULL,
      PRIMARY KEY (shard, stream_ms, stream_seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX events_by_key ON events (key);
    CREATE INDEX events_by_type ON events (type, happened_at_us);
    """
}
