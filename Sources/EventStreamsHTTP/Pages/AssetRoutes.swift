import Crypto
import EventStreams
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What pages are made of besides their text, and the pages that explain problems.
struct AssetRoutes {
  let site: Site

  private static let assets: [(name: String, type: String, bytes: [UInt8])] = [
    ("style.css", "text/css; charset=utf-8", PackageResources.style_css),
    ("live.js", "text/javascript; charset=utf-8", PackageResources.live_js),
    ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
  ]

  func add(to routes: inout Routes) {
    for asset in Self.assets {
      let tag = "\"\(Array(SHA256.hash(data: Data(asset.bytes)).prefix(8)).hexadecimal)\""
      routes.get("/assets/\(asset.name)", nil) { request, _ in
        let headers: HTTPFields = [
          .contentType: asset.type, .eTag: tag, .cacheControl: "public, max-age=0, must-revalidate",
        ]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(
          status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
      }
    }
    routes.get("/problems/{code}", nil) { request, context in
      let name = try context.parameter("code")
      guard let code = Problem.Code.all.first(where: { $0 == Problem.Code(rawValue: name) }) else {
        throw Problem.notFound()
      }
      struct Model: Sendable {
        let frame: Site.Frame
        let title: String
        let detail: String
        let requestID: String?
        let status: Int?
      }
      return site.page(
        "problem",
        Model(
          frame: site.frame(code.title, request, context), title: code.title,
          detail:
            "The code \(code.rawValue) never changes; the detail of an answer says what was wrong with a request.",
          requestID: nil, status: nil))
    }
  }
}
