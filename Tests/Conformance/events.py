"""Publishes with the client library of CloudEvents, in its three modes: each is taken, and the same event again is known."""

import datetime
import json
import sys

import requests
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

address, token = sys.argv[1:]
authorization = {"Authorization": f"Bearer {token}"}


def event(ride):
    attributes = {
        "type": "RIDE_COMPLETED",
        "source": "/conformance",
        "id": f"conformance-{ride}",
        "time": datetime.datetime(2026, 4, 3, 10, 30, tzinfo=datetime.timezone.utc),
        "datacontenttype": "application/json",
        "partitionkey": ride,
    }
    return CloudEvent(
        attributes,
        {
            "rideId": ride,
            "riderId": "u-17",
            "driverId": "d-5",
            "city": "Paris",
            "fare": {"base": 800, "distance": 200, "total": 1000, "currency": "EUR"},
            "payment": {"method": "card", "token": "tok_visa"},
        },
    )


def publish(message):
    return send(message.headers, message.body)


def send(headers, body):
    return requests.post(f"{address}/v1/events", headers={**authorization, **headers}, data=body, timeout=20)


def check(what, answer, status):
    assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text}"
    print(what, answer.status_code, answer.text[:100])


check("structured", publish(to_structured(event("c-1"), JSONFormat())), 201)
check("structured again", publish(to_structured(event("c-1"), JSONFormat())), 200)
check("the same, binary", publish(to_binary(event("c-1"), JSONFormat())), 200)
check("binary", publish(to_binary(event("c-2"), JSONFormat())), 201)
batch = [json.loads(to_structured(event(ride), JSONFormat()).body) for ride in ["c-2", "c-3"]]
answer = send({"Content-Type": "application/cloudevents-batch+json"}, json.dumps(batch))
check("batch", answer, 200)
assert [report["status"] for report in answer.json()] == [200, 201], answer.text
