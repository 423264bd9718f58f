import Foundation
import Subprocess

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// A program that a test runs to its end.
public struct TestProgram: Sendable {
  /// A path, or a name to be found on the `PATH`.
  public let path: String

  /// A program of the system's.
  public init(_ path: String) { self.path = path }

  /// A program that is built with the tests: it stands beside them.
  public init(built name: String) {
    path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path(
      percentEncoded: false)
  }

  /// What became of a run.
  public struct Run: Sendable {
    /// What it ended with; 128 and the number of the signal that ended it, if one did.
    public let status: Int32
    /// What it printed.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - variables: of its environment, besides those of this process.
  ///   - folder: what it works in; nil for the folder of this process.
  ///   - input: what it reads.
  ///   - target: the file that it prints to; nil to have it collected.
  public func run(
    _ arguments: [String] = [], variables: [String: String] = [:], folder: String? = nil, input: String = "",
    target: String? = nil
  ) async throws -> Run {
    let configuration = Configuration(
      executable:
        path.contains("/") ? .path(FilePath(path)) : .name(path), arguments: Arguments(arguments),
      environment: .inherit.updating(
        Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })),
      workingDirectory: folder.map { FilePath($0) })
    let most = 1 << 30
    guard let target else {
      let run = try await Subprocess.run(
        configuration, input: .string(input), output: .string(limit: most), error: .string(limit: most))
      return Run(run.terminationStatus, run.standardOutput, run.standardError)
    }
    let file = try FileDescriptor.open(target, .writeOnly, options: .create, permissions: [.ownerReadWrite])
    let run = try await Subprocess.run(
      configuration, input: .string(input), output: .fileDescriptor(file, closeAfterSpawningProcess: true),
      error: .string(limit: most))
    return Run(run.terminationStatus, "", run.standardError)
  }
}

extension TestProgram.Run {
  fileprivate init(_ end: TerminationStatus, _ output: String?, _ errors: String?) {
    switch end {
    case .exited(let status): self.status = status
    case .signaled(let signal): status = 128 + signal
    }
    (self.output, self.errors) = (output ?? "", errors ?? "")
  }
}
