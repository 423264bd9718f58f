import EventStreams
import RideHailing

/// Checks what a command is about to publish the way that whoever receives it will.
enum InputCheck {
  /// Throws a failure that names the field that is wrong.
  static func check(_ data: some EventData) throws {
    if let problem = problem(data) { throw Failure.usage(problem.description) }
  }

  /// Throws a failure if a reason says nothing.
  static func check(reason: String) throws {
    if reason.allSatisfy(\.isWhitespace) {
      throw Failure.usage("--reason is empty: say why, for whoever reads it later")
    }
  }

  /// Reads a file that an option names; what is wrong in it is wrong use.
  static func reading<Value>(_ read: () throws(FileMistake) -> Value) throws -> Value {
    do throws(FileMistake) { return try read() } catch { throw Failure.usage("\(error)") }
  }

  private static func problem<Data: EventData>(_ data: Data) -> JSONError? {
    var parser = JSONParser()
    do throws(JSONError) {
      _ = try Data(from: parser.parse(JSONWriter.bytes(of: data).span))
      return nil
    } catch {
      return error
    }
  }
}
