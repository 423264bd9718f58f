import RedisTestSupport
import SMTP
import Testing

@Suite("Mail over SMTP") struct SMTPClientTests {
  private func settings(_ port: Int, _ security: SMTPSettings.Security = .none) -> SMTPSettings {
    var settings = SMTPSettings(host: "127.0.0.1", port: port, security: security)
    settings.timeout = 2
    settings.textTimeout = 2
    settings.connections = 1
    return settings
  }

  private func mail(to recipient: String = "ada@example.com", _ text: String = "Subject: Hello\r\n\r\nHello.\r\n")
    -> SMTPMail
  {
    SMTPMail(sender: "receipts@rides.example", recipient: recipient) { _ in Array(text.utf8) }
  }

  private func error(_ body: () async throws(SMTPError) -> Void) async -> SMTPError? {
    do throws(SMTPError) { try await body() } catch { return error }
    return nil
  }

  @Test("many mails go over one connection, lines that begin with a dot included", arguments: [["PIPELINING"], []])
  func many(extensions: [String]) async throws {
    try await MailServer.with(.init(extensions: extensions)) { server, port in
      let client = SMTPClient(settings(port))
      let text = "Subject: x\r\n\r\n.\r\n..\r\n.a\r\nlast"
      try await withThrowingTaskGroup { group in
        for number in 0..<50 { group.addTask { try await client.send(mail(to: "r\(number)@example.com", text)) } }
        try await group.waitForAll()
      }
      #expect(server.connections == 1)
      #expect(server.mails.count == 50)
      #expect(Set(server.mails.map(\.recipient)).count == 50)
      #expect(server.mails.allSatisfy { $0.text == text + "\r\n" })
      await client.close()
    }
  }

  @Test("a slow server is sent several at once, over as many connections as may be, and is told when no more will come")
  func several() async throws {
    try await MailServer.with(.init(gathered: 4)) { server, port in
      var settings = settings(port)
      settings.connections = 4
      let client = SMTPClient(settings)
      try await withThrowingTaskGroup { group in
        for number in 0..<20 { group.addTask { try await client.send(mail(to: "r\(number)@example.com")) } }
        try await group.waitForAll()
      }
      #expect(server.connections == 4)
      #expect(server.mails.count == 20)
      await client.close()
      try await eventually("all are told") { server.commands.count { $0 == "QUIT" } == 4 }
      // Whoever was told can be asked again.
      try await client.send(mail())
      #expect(server.mails.count == 21)
      await client.close()
    }
  }

  @Test(
    "what is refused is refused for good, what is deferred is not, and the next mail goes out over the same connection",
    arguments: [["PIPELINING"], []], ["MAIL", "RCPT", "DATA", "."])
  func refused(extensions: [String], verb: String) async throws {
    for (answer, isPermanent) in [("550 5.1.1 no", true), ("451 4.3.0 later", false)] {
      try await MailServer.with(.init(extensions: extensions, faults: [verb: [.answer(answer)]])) { server, port in
        let client = SMTPClient(settings(port))
        let found = await error { () throws(SMTPError) in try await client.send(mail()) }
        #expect(found?.isPermanent == isPermanent, "\(verb) \(answer): \(String(describing: found))")
        #expect(found?.description.contains(answer) == true)
        try await client.send(mail(to: "next@example.com"))
        #expect(server.mails.map(\.recipient) == ["next@example.com"])
        #expect(server.connections == 1)
      }
    }
  }

  @Test(
    "what goes wrong with the connection is worth another try, and that one sends the mail",
    arguments: ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "."], [MailServer.Fault.cut, .silence, .answer("421 busy")])
  func lost(verb: String, fault: MailServer.Fault) async throws {
    try await MailServer.with(.init(faults: [verb: [fault]])) { server, port in
      var settings = settings(port)
      settings.timeout = 1
      settings.textTimeout = 1
      let client = SMTPClient(settings)
      let found = await error { () throws(SMTPError) in try await client.send(mail()) }
      #expect(found?.isPermanent == false, "\(String(describing: found))")
      try await client.send(mail())
      // Only where the answer to the text was lost the mail is there twice.
      let isTwice = if case .answer = fault { false } else { verb == "." }
      #expect(server.mails.count == (isTwice ? 2 : 1))
    }
  }

  @Test("a connection that the server closed meanwhile is made anew for the next mail")
  func closedMeanwhile() async throws {
    try await MailServer.with { server, port in
      let client = SMTPClient(settings(port))
      try await client.send(mail())
      await server.closeConnections()
      try await client.send(mail())
      #expect(server.mails.count == 2)
      #expect(server.connections == 2)
    }
  }

  @Test("nothing is sent to a server that does not encrypt, and no password to one that refuses it")
  func security() async throws {
    try await MailServer.with { server, port in
      let client = SMTPClient(settings(port, .startTLS))
      let found = await error { () throws(SMTPError) in try await client.send(mail()) }
      #expect(found?.description.contains("offers no STARTTLS") == true)
      #expect(server.commands == ["GREETING", "EHLO"])
    }
    try await TestCertificates.with { certificates in
      try await MailServer.with(.init(login: ("ada", "secret"), certificates: certificates)) { server, port in
        var settings = settings(port, .startTLS)
        settings.authorities = certificates.certificate("ca")
        let anonymous = SMTPClient(settings)
        let unknown = await error { () throws(SMTPError) in try await anonymous.send(mail()) }
        #expect(unknown?.isPermanent == false)
        #expect(unknown?.description.contains("wants a user") == true)
        settings.user = "ada"
        settings.password = "wrong"
        let client = SMTPClient(settings)
        let found = await error { () throws(SMTPError) in try await client.send(mail()) }
        #expect(found?.description == "the mail server refused AUTH: 535 5.7.8 wrong password")
        settings.password = "secret"
        try await SMTPClient(settings).send(mail())
        #expect(server.mails.count == 1)
      }
    }
  }

  @Test("the server's certificate is checked", arguments: [false, true])
  func certificates(isImplicit: Bool) async throws {
    try await TestCertificates.with { certificates in
      for (certificate, authority, isTrusted) in [
        ("server", "ca", true), ("server", "other", false), ("expired", "ca", false), ("client", "ca", false),
      ] {
        try await MailServer.with(
          .init(certificates: certificates, certificate: certificate, isImplicit: isImplicit)
        ) { server, port in
          var settings = settings(port, isImplicit ? .implicit : .startTLS)
          settings.authorities = certificates.certificate(authority)
          let found = await error { () throws(SMTPError) in try await SMTPClient(settings).send(mail()) }
          #expect((found == nil) == isTrusted, "\(certificate) of \(authority): \(String(describing: found))")
          #expect(found?.isPermanent != true)
          #expect(server.mails.count == (isTrusted ? 1 : 0))
        }
      }
    }
  }

  @Test("what somebody says before the encryption is not believed")
  func injected() async throws {
    try await TestCertificates.with { certificates in
      try await MailServer.with(.init(certificates: certificates, injected: "250 AUTH PLAIN")) { server, port in
        var settings = settings(port, .startTLS)
        settings.authorities = certificates.certificate("ca")
        let found = await error { () throws(SMTPError) in try await SMTPClient(settings).send(mail()) }
        guard case .disconnected? = found else { return #expect(Bool(false), "\(String(describing: found))") }
        #expect(server.mails.isEmpty)
      }
    }
  }

  @Test("an address beyond ASCII goes to a server that takes it, and no other")
  func beyondASCII() async throws {
    try await MailServer.with { server, port in
      try await SMTPClient(settings(port)).send(mail(to: "zoë@example.com"))
      #expect(server.mails.map(\.recipient) == ["zoë@example.com"])
    }
    try await MailServer.with(.init(extensions: ["8BITMIME"])) { server, port in
      let found = await error { () throws(SMTPError) in
        try await SMTPClient(settings(port)).send(mail(to: "zoë@example.com"))
      }
      #expect(found?.isPermanent == true)
      #expect(server.mails.isEmpty)
    }
  }

  @Test(
    "an address can't hold a command",
    arguments: [
      "a@b>\r\nRCPT TO:<c@d", "a b@c", "a@", "@b", "a", "a@b@c", "<a@b>",
      String(repeating: "a", count: 250) + "@b.example",
    ])
  func injectedAddress(address: String) async throws {
    try await MailServer.with { server, port in
      let found = await error { () throws(SMTPError) in try await SMTPClient(settings(port)).send(mail(to: address)) }
      #expect(found?.isPermanent == true)
      #expect(!server.commands.contains("RCPT"))
    }
  }

  @Test("bytes beyond ASCII are written only for servers that take them")
  func eightBit() async throws {
    for extensions in [["8BITMIME"], []] {
      try await MailServer.with(.init(extensions: extensions)) { server, port in
        let mail = SMTPMail(sender: "a@b.example", recipient: "c@d.example") { Array("eight: \($0)\r\n".utf8) }
        try await SMTPClient(settings(port)).send(mail)
        #expect(server.mails.first?.text == "eight: \(!extensions.isEmpty)\r\n")
      }
    }
  }

  @Test("a mail that is too large for the server is not begun")
  func size() async throws {
    try await MailServer.with(.init(extensions: ["SIZE 100"])) { server, port in
      let found = await error { () throws(SMTPError) in
        try await SMTPClient(settings(port)).send(mail(String(repeating: "x", count: 200)))
      }
      #expect(found?.description.contains("takes 100") == true)
      #expect(server.mails.isEmpty)
    }
  }
}
