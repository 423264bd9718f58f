import Foundation

/// The Swift files of a target, and which of its folders use which.
///
/// What it sees: types by name, also nested ones, in signatures, bodies, inheritance and what texts fill in; and members that an extension in another folder
/// than the type's gives it, where nothing else in the target has their name. What it doesn't see: a member whose name something else has as well, operators,
/// subscripts and initialisers of extensions, conformances declared elsewhere, and what a value is that is only passed on.
struct TargetSources {
  /// Names that the standard library or another target has as well.
  private static let common: Set<String> = ["find"]

  let files: [SwiftFile]

  init(files: [SwiftFile]) {
    self.files = files
  }

  init(at root: URL) throws {
    let depth = root.standardizedFileURL.pathComponents.count
    let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    var files: [SwiftFile] = []
    while let file = found?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let folder = file.standardizedFileURL.pathComponents.dropFirst(depth).dropLast().joined(separator: "/")
      files.append(
        SwiftFile(
          folder: folder, name: file.lastPathComponent, source: try String(contentsOf: file, encoding: .utf8)))
    }
    self.files = files.sorted { ($0.folder, $0.name) < ($1.folder, $1.name) }
  }

  var folders: Set<String> { Set(files.map(\.folder)) }

  /// Every use of something that another folder declares.
  func uses() -> [FolderUse] {
    var homes: [String: String] = [:]
    for file in files {
      for type in file.types where !type.isPrivate { homes[type.name] = file.folder }
    }
    let members = foreignMembers(homes)
    var uses: [FolderUse] = []
    for file in files {
      let own = Set(file.types.map(\.name))
      func home(_ name: String) -> String? { own.contains(name) ? file.folder : homes[name] }
      func add(_ name: String, _ line: Int, _ to: String) {
        if to != file.folder {
          uses.append(FolderUse(file: file.name, line: line, name: name, from: file.folder, to: to))
        }
      }
      for reference in file.references {
        for (name, folder) in resolve(reference, home) { add(name, reference.line, folder) }
      }
      for use in file.uses {
        guard let folders = members[use.name], !folders.contains(file.folder), let folder = folders.first else {
          continue
        }
        // Of several the lowest could be meant; which that is, the order says.
        if folders.count == 1 { add(use.name, use.line, folder) }
      }
    }
    return uses
  }

  /// Names that only extensions of types from elsewhere declare, and in which folders.
  private func foreignMembers(_ homes: [String: String]) -> [String: Set<String>] {
    var members: [String: Set<String>] = [:]
    var others: Set<String> = []
    for file in files {
      others.formUnion(file.otherNames)
      for member in file.extensionMembers {
        if homes[member.type] == file.folder {
          others.insert(member.name)
        } else {
          members[member.name, default: []].insert(file.folder)
        }
      }
    }
    return members.filter { !others.contains($0.key) && !Self.common.contains($0.key) }
  }

  /// The innermost type of that name, and the ones that are named inside it.
  private func resolve(_ reference: SwiftFile.Reference, _ home: (String) -> String?) -> [(String, String)] {
    let around = reference.around.joined(separator: ".").split(separator: ".").map(String.init)
    var names = reference.names
    var base = names.removeFirst()
    if base == "Self" {
      base = around.joined(separator: ".")
    } else {
      var outer = around
      while !outer.isEmpty, home((outer + [base]).joined(separator: ".")) == nil { outer.removeLast() }
      base = (outer + [base]).joined(separator: ".")
    }
    guard let folder = home(base) else { return [] }
    var found = [(base, folder)]
    for name in names {
      base += ".\(name)"
      guard let folder = home(base) else { break }
      found.append((base, folder))
    }
    return found
  }
}
