"""Holds what is taken of the card gateway's notices, and what is sent to it, against the gateway's own library for Python.

Each notice is given to the server as a genuine sender, a forger, a late one or one who alters would: the server takes it exactly when
`stripe.WebhookSignature` does. And each parameter that the strict double knows, which refuses all others, is one that the library knows.
"""

import hashlib
import hmac
import importlib.util
import inspect
import json
import pathlib
import random
import sys
import time

import requests
import stripe

address, secret, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(1)


def signature(body, key, at, scheme="v1"):
    return f"t={at},{scheme}=" + hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


def notice(number):
    intent = {"id": f"pi_{number}", "object": "payment_intent", "metadata": {"ride": f"n-{number}", "rider": "u-1", "city": "Paris", "name": "Zoë ☂"}}
    event = {"id": f"evt_{number}", "object": "event", "type": "payment_intent.succeeded", "created": int(time.time()), "data": {"object": intent}}
    return json.dumps(event, ensure_ascii=chance.random() < 0.5)


def altered(text):
    place = chance.randrange(len(text))
    return chance.choice([text[:place] + text[place + 1:], text[:place] + "0" + text[place:], text[:place] + chr(48 + chance.randrange(75)) + text[place + 1:]])


def attempt(number):
    """A body and a header, and what was done to them."""
    body, now = notice(number), int(time.time())
    kind = chance.choice(["genuine", "late", "forged", "body", "header", "scheme", "several", "time", "junk"])
    header = signature(body, secret, now)
    if kind == "late":
        header = signature(body, secret, now - chance.randrange(310, 100_000))
    elif kind == "forged":
        header = signature(body, altered(secret), now)
    elif kind == "body":
        body = altered(body)
    elif kind == "header":
        header = altered(header)
    elif kind == "scheme":
        header = signature(body, secret, now, "v0")
    elif kind == "several":
        header += "," + signature(body, "another", now).split(",")[1]
    elif kind == "time":
        header = f"t={now + 1}," + header.split(",")[1]
    elif kind == "junk":
        header = "".join(chance.choice("tv01=, abcdef") for _ in range(chance.randrange(90)))
    # What stands around a field's value is no part of it.
    return kind, body, header.strip()


def believed(body, header):
    try:
        return stripe.WebhookSignature.verify_header(body, header, secret, 300)
    except stripe.SignatureVerificationError:
        return False


different, taken = [], 0
session = requests.Session()
for number in range(count):
    kind, body, header = attempt(number)
    expected = bool(believed(body, header))
    answer = session.post(f"{address}/v1/gateway/notices", data=body.encode(), headers={"Stripe-Signature": header, "Content-Type": "application/json"})
    got = answer.status_code != 400
    taken += got
    # What the library takes and we don't are spellings of numbers that Python reads and no gateway writes.
    if got and not expected or expected and not got and kind in ("genuine", "several"):
        different.append((kind, expected, answer.status_code, header, body))
for entry in different[:5]:
    print(*entry)

path = pathlib.Path(__file__).parent.parent / "GatewayDouble" / "double.py"
spec = importlib.util.spec_from_file_location("double", path)
double = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(double)
unknown = []
for names, parameters in [
    (double.CREATE, "PaymentIntentCreateParams"), (double.CONFIRM, "PaymentIntentConfirmParams"),
    (double.CAPTURE, "PaymentIntentCaptureParams"), (double.CANCEL, "PaymentIntentCancelParams"), (double.REFUND, "RefundCreateParams"),
]:
    known = set()
    for part in inspect.getmro(getattr(stripe.params, parameters)) + (getattr(stripe.params, parameters),):
        known |= set(getattr(part, "__annotations__", {}))
    unknown += [f"{parameters}.{name}" for name in names if name not in known]
if unknown:
    print("the library knows no", ", ".join(unknown))
print(f"{count} notices, {taken} taken, {len(different)} other than stripe {stripe.VERSION}; {len(unknown)} parameters that it does not know")
sys.exit(1 if different or unknown or not 0 < taken < count else 0)
