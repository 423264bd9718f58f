import PostgreSQL
import Testing

@Suite("URLs of PostgreSQL") struct PostgresURLTests {
  @Test(
    "are shown without their passwords, and so that they name the same database",
    arguments: [
      ("postgres://u:secret@host/db", "postgres://u@host/db"),
      ("postgresql://host", "postgres://host"),
      ("postgres:///db?host=/run/pg&password=secret", "postgres://%2Frun%2Fpg/db"),
      ("postgres://u%40x@[::1]:5433,other:5434/a%2Fb", "postgres://u%40x@[::1]:5433,other:5434/a%2Fb"),
      (
        "postgres://u@h/d?sslmode=verify-full&options=-csearch_path%3Da,b&sslpassword=secret",
        "postgres://u@h/d?options=-csearch_path%3Da%2Cb&sslmode=verify-full"
      ),
    ])
  func shown(text: String, shown: String) throws {
    let url = try #require(PostgresURL(text))
    #expect("\(url)" == shown)
    #expect("\(try #require(PostgresURL(shown)))" == shown)
  }

  @Test(
    "are those that say so, and can be read",
    arguments: ["redis://host", "/a/file", "postgres://h:port:1/d", "postgres://h/d?x=1"])
  func others(text: String) {
    #expect(PostgresURL(text) == nil)
  }
}
