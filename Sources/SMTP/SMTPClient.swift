import Synchronization

/// Hands mails in to a server, over connections that are kept for the next mails.
///
/// Mails of many callers go one after the other over each connection; where all are busy another one is opened, up to
/// ``SMTPSettings/connections``.
public final class SMTPClient: Sendable {
  private let settings: SMTPSettings
  // Under a lock, so that it holds whoever runs what follows a mail.
  private let state = Mutex(State())

  private struct State {
    /// Those that no mail is on its way over; the one that was used last is used next.
    var idle: [SMTPSession] = []
    /// Mails on their way.
    var busy = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// A client that connects with its first mail.
  public init(_ settings: SMTPSettings) { self.settings = settings }

  /// Hands a mail in; when it returns, the server has it.
  ///
  /// - Throws: `SMTPError`; one that is not permanent may go better later. Only where the connection was lost after the text may the server
  ///   have the mail though this throws.
  public func send(_ mail: SMTPMail) async throws(SMTPError) {
    await enter()
    defer { leave() }
    while let session = state.withLock({ $0.idle.popLast() }) {
      guard session.isOpen else { continue }
      do throws(SMTPError) {
        return try await send(mail, over: session)
      } catch {
        // Kept too long, the server had closed it: nothing of the mail is there.
        guard case .disconnected(.sender, _) = error else { throw error }
      }
    }
    try await send(mail, over: try await SMTPSession.open(settings))
  }

  private func send(_ mail: SMTPMail, over session: SMTPSession) async throws(SMTPError) {
    defer { if session.isOpen { state.withLock { $0.idle.append(session) } } }
    try await session.send(mail)
  }

  /// Says good-bye, and closes the connections that no mail is on its way over.
  public func close() async {
    let sessions = state.withLock { state in
      defer { state.idle = [] }
      return state.idle
    }
    for session in sessions { await session.close() }
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.busy >= settings.connections else {
          state.busy += 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.busy -= 1
      return nil
    }
    next?.resume()
  }
}
