// Events are JSON, and a namespace is opened on a connection: who uses events uses these as well.
@_exported public import HiredisClient
@_exported public import SpanJSON
