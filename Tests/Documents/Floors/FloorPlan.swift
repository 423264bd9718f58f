import Foundation

/// The order in which the folders of each target stand, as the map in CONTRIBUTING has it: each uses only what lies before it.
///
/// A heading names the target, the rows of the table behind it the folders. What lies in the target itself puts the folders together, and comes last.
struct FloorPlan {
  struct Target {
    let name: String
    let folders: [String]

    /// Where a folder stands; nil if it is not in the map.
    func position(of folder: String) -> Int? {
      folder.isEmpty ? folders.count : folders.firstIndex(of: folder)
    }
  }

  private(set) var targets: [Target] = []

  init(_ map: String) {
    var name: String?
    var folders: [String] = []
    func end() -> Target? { name.map { Target(name: $0, folders: folders) } }
    for line in map.split(separator: "\n") {
      if line.hasPrefix("#") {
        if let target = end(), !target.folders.isEmpty { targets.append(target) }
        name = line.wholeMatch(of: /### `(\w+)`/).map { String($0.1) }
        folders = []
      } else if let row = line.firstMatch(of: /^\| `([\w\/]+)` \|/) {
        folders.append(String(row.1))
      }
    }
    if let target = end(), !target.folders.isEmpty { targets.append(target) }
  }

  static func ofThisProject() throws -> FloorPlan {
    FloorPlan(try String(contentsOf: Document.project.appending(path: ".github/CONTRIBUTING.md"), encoding: .utf8))
  }
}

extension FloorPlan.Target {
  /// What uses something of a folder that stands behind its own.
  func upwardUses(in sources: TargetSources) -> [FolderUse] {
    sources.uses().filter { use in
      guard let from = position(of: use.from), let to = position(of: use.to) else { return false }
      return to > from
    }
  }
}
