/// That a file names something which another folder of its target declares.
struct FolderUse: Equatable, CustomStringConvertible {
  let file: String
  let line: Int
  let name: String
  /// The file's folder, and the one that declares the name.
  let from: String
  let to: String

  var description: String { "\(file):\(line): \(from.isEmpty ? "." : from) uses \(name) of \(to.isEmpty ? "." : to)" }
}
