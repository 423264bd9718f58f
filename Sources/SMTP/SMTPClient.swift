/// Hands mails in to a server, over one connection that is kept for the next: mails of many callers go one after the other.
public actor SMTPClient {
  private let settings: SMTPSettings
  private var session: SMTPSession?
  /// True while a mail is on its way.
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A client that connects with its first mail.
  public init(_ settings: SMTPSettings) { self.settings = settings }

  /// Hands a mail in; when it returns, the server has it.
  ///
  /// - Throws: `SMTPError`; one that is not permanent may go better later. Only where the connection was lost after the text may the server
  ///   have the mail though this throws.
  public func send(_ mail: SMTPMail) async throws(SMTPError) {
    await enter()
    defer { leave() }
    if let session, session.isOpen {
      do throws(SMTPError) {
        return try await send(mail, over: session)
      } catch {
        // Kept too long, the server had closed it: nothing of the mail is there.
        guard case .disconnected(.sender, _) = error else { throw error }
      }
    }
    let session = try await SMTPSession.open(settings)
    self.session = session
    try await send(mail, over: session)
  }

  private func send(_ mail: SMTPMail, over session: SMTPSession) async throws(SMTPError) {
    do throws(SMTPError) {
      try await session.send(mail)
    } catch {
      if case .disconnected = error { self.session = nil }
      throw error
    }
  }

  /// Closes the connection.
  public func close() async {
    await enter()
    defer { leave() }
    await session?.close()
    session = nil
  }

  private func enter() async {
    if isBusy { await withCheckedContinuation { waiting.append($0) } } else { isBusy = true }
  }

  private func leave() {
    if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
  }
}
