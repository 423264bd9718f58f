import Foundation
import HiredisClient

/// The folder of a redis-server of our own, and the paths in it.
struct ServerFolder: Sendable {
  /// Absolute.
  let path: String
  /// The Unix socket that the server listens on.
  let socket: String

  /// What fits into the address of a Unix socket.
  private static let longestSocketPath = 107

  init(_ path: String) {
    self.path = Self.absolute(path)
    let usual = "\(self.path)/redis.sock"
    socket = usual.utf8.count <= Self.longestSocketPath ? usual : "\(Self.shortFolder)/\(Self.digest(self.path)).sock"
  }

  var url: RedisURL { RedisURL(address: .unix(path: socket)) }
  var log: String { "\(path)/redis.log" }
  var pidFile: String { "\(path)/redis.pid" }
  var lock: String { "\(path)/lock" }
  var appendOnlyFolder: String { "\(path)/appendonlydir" }

  /// Makes what is not there, for nobody else to look into.
  func make() throws {
    guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw Failure.refused("the path of \(path) has control characters, which Redis does not take; use another folder")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure.refused("cannot make the folder \(path): \(Self.reason(error))")
    }
    if socket.hasPrefix("\(Self.shortFolder)/") { try Self.makePrivate(Self.shortFolder) }
  }

  /// Where sockets are whose own folders have too long a path: others may write to the folder around it, so it must be ours alone.
  private static var shortFolder: String { "/tmp/rides-\(geteuid())" }

  /// Makes a folder in which nobody else can put or take away anything, or checks that it is one.
  static func makePrivate(_ path: String) throws {
    guard mkdir(path, 0o700) != 0 else { return }
    var found = stat()
    guard errno == EEXIST, lstat(path, &found) == 0 else {
      throw Failure.refused("cannot make \(path), for a socket: \(String(cString: strerror(errno)))")
    }
    guard found.st_mode & S_IFMT == S_IFDIR, found.st_uid == geteuid(), found.st_mode & 0o077 == 0 else {
      throw Failure.refused(
        "\(path), where a socket is to be because its own folder's path is too long, is not a folder of this user alone; remove it, or use a folder with a shorter path"
      )
    }
  }

  private static func absolute(_ path: String) -> String {
    let absolute = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    let parts = absolute.split(separator: "/").filter { $0 != "." }
    return "/" + parts.joined(separator: "/")
  }

  /// FNV-1a, which stays the same from one run to the next.
  private static func digest(_ text: String) -> String {
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }

  /// What the system said.
  static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard
      let code = [underlying, error as NSError].compactMap({ $0 }).first(where: { $0.domain == NSPOSIXErrorDomain })?
        .code
    else { return error.localizedDescription }
    return String(cString: strerror(Int32(code)))
  }
}
