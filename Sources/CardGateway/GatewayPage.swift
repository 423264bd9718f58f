import SpanJSON

/// A page of one of the gateway's lists: `{"data":[…],"has_more":true}`.
struct GatewayPage<Item: JSONReadable>: JSONReadable {
  let items: [Item]
  let hasMore: Bool

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    items = try object["data"]
    hasMore = try object.optional("has_more") ?? false
  }
}
