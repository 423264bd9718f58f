"""Takes spans as a collector does (OTLP/HTTP with JSON), and looks at what one request with a `traceparent` leaves at all services.

Usage: traces.py sink PORT-FILE FOLDER   takes spans until it is ended; each request's body becomes a file
       traces.py check FOLDER ADDRESS TOKEN
"""

import http.server
import json
import os
import pathlib
import sys
import time
import urllib.request

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
SERVICES = ["analytics", "driver", "notification", "payment", "rating", "surge"]


def sink(port_file, folder):
    count = 0

    class Sink(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            nonlocal count
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces" and self.headers["content-type"] == "application/json", self.path
            count += 1
            (folder / f"{count}.json").write_bytes(body)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    port_file.with_suffix(".new").write_text(str(server.server_address[1]))
    os.rename(port_file.with_suffix(".new"), port_file)
    server.serve_forever()


def spans(folder):
    """All spans that have come in, read as the protocol's own library reads them."""
    import base64

    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    def binary(node):
        # Identities are hexadecimal in OTLP, and Base64 in JSON as Protobuf has it.
        if isinstance(node, dict):
            return {
                name: base64.b64encode(bytes.fromhex(value)).decode()
                if name in ("traceId", "spanId", "parentSpanId")
                else binary(value)
                for name, value in node.items()
            }
        return [binary(element) for element in node] if isinstance(node, list) else node

    for file in sorted(folder.glob("*.json")):
        request = ExportTraceServiceRequest()
        json_format.ParseDict(binary(json.loads(file.read_text())), request)
        for resource in request.resource_spans:
            names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            assert names["service.name"] and names["service.version"], names
            for scope in resource.scope_spans:
                yield from scope.spans


def value(span, name):
    for pair in span.attributes:
        if pair.key == name:
            return getattr(pair.value, pair.value.WhichOneof("value"))
    return None


def publish(address, token, ride, headers):
    body = {
        "type": "RIDE_COMPLETED",
        "timestamp": "2026-04-03T10:30:00Z",
        "data": {
            "rideId": ride,
            "riderId": "u-17",
            "driverId": "d-5",
            "city": "Paris",
            "fare": {"base": 800, "distance": 200, "total": 1000, "currency": "EUR"},
            "payment": {"method": "card", "token": "tok_visa"},
            "riderEmail": "u@example.com",
        },
    }
    request = urllib.request.Request(
        f"{address}/v1/events",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
    )
    assert urllib.request.urlopen(request).status == 201


def check(folder, address, token):
    sampled = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=opaque"}
    publish(address, token, "traced-1", sampled)
    publish(address, token, "unsampled-1", {"traceparent": f"00-{'a' * 32}-{PARENT}-00"})
    publish(address, token, "untraced-1", {})

    deadline = time.monotonic() + 30
    while True:
        found = list(spans(folder))
        settled = {value(span, "messaging.consumer.group.name") for span in found if span.name.startswith("process ")}
        if settled >= set(SERVICES) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert settled == set(SERVICES), f"no span of {sorted(set(SERVICES) - settled)}"

    for span in found:
        asked = value(span, "messaging.message.conversation_id") not in ("unsampled-1", "untraced-1")
        assert asked, f"something was recorded that nobody asked for: {span}"
    found = [span for span in found if span.trace_id.hex() == TRACE]
    assert all(span.trace_state == "vendor=opaque" for span in found)
    assert all(0 < span.start_time_unix_nano <= span.end_time_unix_nano for span in found)
    by_id = {span.span_id: span for span in found}
    assert len(by_id) == len(found), "an identity came twice"

    [server] = [span for span in found if span.kind == span.SPAN_KIND_SERVER]
    assert server.name == "POST /v1/events" and server.parent_span_id.hex() == PARENT, server
    assert value(server, "http.response.status_code") == 201
    [producer] = [span for span in found if span.kind == span.SPAN_KIND_PRODUCER]
    assert producer.name == "publish rides" and by_id[producer.parent_span_id] is server, producer
    consumers = [span for span in found if span.kind == span.SPAN_KIND_CONSUMER]
    first = [span for span in consumers if value(span, "messaging.message.id") == "RIDE_COMPLETED:traced-1"]
    assert first and all(span.parent_span_id == producer.span_id for span in first)
    for span in consumers:
        assert span.name == f"process {value(span, 'messaging.destination.name')}"
        assert [link.span_id for link in span.links] == [span.parent_span_id], span
        assert by_id[span.parent_span_id].kind in (span.SPAN_KIND_PRODUCER, span.SPAN_KIND_CONSUMER)
        assert value(span, "eventstreams.attempt") in (1, None)
    commits = [span for span in found if span.kind == span.SPAN_KIND_CLIENT]
    assert {commit.parent_span_id for commit in commits} <= {span.span_id for span in consumers}
    print(f"{len(found)} spans of one trace, {len(consumers)} of them of six services, {len(commits)} commits")


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        sink(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    else:
        check(pathlib.Path(sys.argv[2]), *sys.argv[3:])
