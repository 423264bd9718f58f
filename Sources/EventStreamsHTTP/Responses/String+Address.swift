import Foundation

extension String {
  /// As a piece of an address's path, or a value after its question mark.
  package var inAddress: String { addingPercentEncoding(withAllowedCharacters: .unreserved) ?? "" }

  /// What a piece of an address says; nil if it holds a % that begins no character.
  var fromAddress: String? { removingPercentEncoding }
}

extension CharacterSet {
  /// RFC 3986, 2.3.
  fileprivate static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
