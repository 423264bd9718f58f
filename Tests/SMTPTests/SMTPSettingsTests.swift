import SMTP
import Testing

@Suite("A mail server's address") struct SMTPSettingsTests {
  @Test("is read")
  func read() throws {
    let submission = try SMTPSettings(url: "smtp://ada@mail.example", password: "secret")
    #expect(submission.port == 587)
    #expect(submission.security == .startTLS)
    #expect(submission.user == "ada")
    #expect("\(submission)" == "smtp://ada@mail.example:587")
    let implicit = try SMTPSettings(url: "smtps://[::1]:2465?ca=/a/b.pem", password: nil)
    #expect(implicit.host == "::1")
    #expect(implicit.port == 2465)
    #expect(implicit.security == .implicit)
    #expect(implicit.authorities == "/a/b.pem")
    let local = try SMTPSettings(url: "smtp://127.0.0.1:25?tls=none&connections=64", password: nil)
    #expect(local.security == .none)
    #expect(local.connections == 64)
  }

  @Test(
    "is refused with what is wrong",
    arguments: [
      ("mail.example", nil, "is no URL"), ("http://mail.example", nil, "is not smtp or smtps"),
      ("smtp://ada:secret@mail.example", nil, "a password in the URL"), ("smtp://mail.example", "secret", "no user"),
      ("smtp://ada@mail.example", nil, "has no password"), ("smtp://mail.example:70000", nil, "port"),
      ("smtp://mail.example/inbox", nil, "path"), ("smtp://mail.example?x=1", nil, "x=1"),
      ("smtp://mail.example?connections=0", nil, "1 to 64"), ("smtp://mail.example?connections=many", nil, "1 to 64"),
      ("smtps://mail.example?tls=none", nil, "tls=none"), ("smtp://", nil, "no host"),
      ("smtp://ada@mail.example?tls=none", "secret", "without encryption"),
      ("smtp://ada@127.mail.example?tls=none", "secret", "without encryption"),
      ("smtp://ada@127.1?tls=none", "secret", "without encryption"),
    ])
  func refused(url: String, password: String?, words: String) {
    let error = #expect(throws: SMTPSettings.URLError.self) { try SMTPSettings(url: url, password: password) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.description.contains("secret") != true || password == nil)
  }
}
