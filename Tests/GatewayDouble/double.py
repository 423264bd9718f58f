#!/usr/bin/env python3
"""A card gateway as Stripe documents its API, version 1, strict where a client could be careless. Standard library only.

It keeps what has been executed, by ride, so that a test can say: once. Its clock is its own, and goes on when it is told to. It drops answers
after it has done what they tell of, fails, is busy and cuts connections as often as it is told.

Sources of its rules, named where they are kept:
  [idem]    https://docs.stripe.com/api/idempotent_requests
  [errors]  https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes
  [low]     https://docs.stripe.com/error-low-level
  [life]    https://docs.stripe.com/payments/paymentintents/lifecycle
  [hold]    https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
  [refund]  https://docs.stripe.com/refunds
  [search]  https://docs.stripe.com/search
  [limits]  https://docs.stripe.com/rate-limits
  [hooks]   https://docs.stripe.com/webhooks
  [testing] https://docs.stripe.com/testing
  [failed]  https://docs.stripe.com/refunds#failed-refunds
  [dispute] https://docs.stripe.com/disputes/how-disputes-work
"""
import argparse, asyncio, hashlib, hmac, json, os, random, re, sys, time, urllib.parse

KEY = "sk_test_double"
SECRET = "whsec_double"
DAY = 86400

# What each call may say; anything else is refused [errors: parameter_unknown].
CREATE = {"amount", "currency", "capture_method", "payment_method", "allowed_payment_method_types", "customer", "metadata",
          "confirm", "off_session", "return_url", "description", "expand"}
CONFIRM = {"return_url", "off_session", "payment_method", "expand"}
CAPTURE = {"amount_to_capture", "metadata", "expand"}
CANCEL = {"cancellation_reason", "expand"}
REFUND = {"payment_intent", "charge", "amount", "reason", "metadata", "expand"}
LIST = {"limit", "starting_after", "ending_before", "created", "payment_intent", "charge", "expand", "type"}

# The banks' answers to test cards [testing].
DECLINES = {"chargeDeclinedInsufficientFunds": "insufficient_funds", "chargeDeclinedLostCard": "lost_card",
            "chargeDeclinedStolenCard": "stolen_card", "chargeDeclined": "generic_decline"}
ZERO = set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())


class Refusal(Exception):
    def __init__(self, status, kind, code=None, message="", **more):
        super().__init__(message)
        self.status, self.body = status, {"error": {"type": kind, "code": code, "message": message, **more}}
        # Whether the answer is kept under the key: not if it was refused before anything was done [idem].
        self.is_kept = False


def invalid(code, message, param=None):
    return Refusal(400, "invalid_request_error", code, message, param=param)


class Gateway:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ahead = 0
        self.rates = {"drop": 0, "fail": 0, "busy": 0, "limit": 0, "cut": 0}
        self.delay = 0.0
        self.intents, self.charges, self.refunds, self.disputes, self.transactions, self.events = {}, {}, {}, {}, {}, {}
        self.keys = {}
        self.executions = {}
        self.calls = {}
        self.number = 0
        self.has_pardoned = False
        self.version = 0

    def now(self):
        return int(time.time() + self.ahead)

    def name(self, prefix):
        self.number += 1
        return f"{prefix}_{self.number:08d}{hashlib.sha256(f'{prefix}{self.number}'.encode()).hexdigest()[:8]}"

    def executed(self, what, metadata, amount, of):
        ride = metadata.get("ride", "")
        self.executions.setdefault(ride, []).append({"what": what, "amount": amount, "of": of, "key": metadata.get("rides_key", "")})

    # Events [hooks]: one per change, with the object as it stood.
    def tell(self, kind, item):
        event = {"id": self.name("evt"), "object": "event", "type": kind, "created": self.now(), "data": {"object": json.loads(json.dumps(self.shown(item)))}}
        self.events[event["id"]] = event

    def shown(self, item, expand=()):
        item = {key: value for key, value in item.items() if not key.startswith("_")}
        if "latest_charge" in expand and item.get("latest_charge"):
            item["latest_charge"] = self.shown(self.charges[item["latest_charge"]])
        return item

    # Holds end by themselves after 7 days [hold].
    def expire(self):
        for intent in self.intents.values():
            if intent["status"] == "requires_capture" and self.now() >= intent["_until"]:
                self.give_up(intent, "automatic")

    def give_up(self, intent, why):
        intent.update(status="canceled", amount_capturable=0, canceled_at=self.now(), cancellation_reason=why, next_action=None)
        if intent["latest_charge"]:
            self.charges[intent["latest_charge"]].update(refunded=True)
        self.tell("payment_intent.canceled", intent)

    def transact(self, kind, amount, source, currency):
        item = {"id": self.name("txn"), "object": "balance_transaction", "type": kind, "amount": amount, "fee": 0, "net": amount,
                "currency": currency, "source": source, "created": self.now()}
        self.transactions[item["id"]] = item

    # MARK: What can be asked

    def create(self, form):
        self.check(form, CREATE)
        amount, currency = self.whole(form, "amount"), form.get("currency", "")
        if not re.fullmatch("[a-z]{3}", currency):
            raise invalid("parameter_invalid_string", "Invalid currency", "currency")
        if amount < (50 if currency not in ZERO else 50):
            raise invalid("amount_too_small", "Amount must be at least 50", "amount")
        method = form.get("payment_method")
        if method and not method.startswith(("pm_card_", "card_")):
            raise invalid("resource_missing", f"No such PaymentMethod: '{method}'", "payment_method")
        if form.get("capture_method", "automatic") not in ("automatic", "automatic_async", "manual"):
            raise invalid("parameter_invalid", "Invalid capture_method", "capture_method")
        intent = {"id": self.name("pi"), "object": "payment_intent", "amount": amount, "currency": currency, "amount_capturable": 0,
                  "amount_received": 0, "capture_method": form.get("capture_method", "automatic"), "payment_method": method,
                  "status": "requires_confirmation" if method else "requires_payment_method", "metadata": form.get("metadata", {}),
                  "created": self.now(), "next_action": None, "last_payment_error": None, "latest_charge": None, "_until": 0}
        intent["client_secret"] = intent["id"] + "_secret"
        self.intents[intent["id"]] = intent
        self.tell("payment_intent.created", intent)
        return self.confirmed(intent, form) if form.get("confirm") == "true" else self.shown(intent)

    def confirm(self, name, form):
        self.check(form, CONFIRM)
        intent = self.found(self.intents, name)
        if intent["status"] not in ("requires_confirmation", "requires_payment_method", "requires_action") or not intent["payment_method"]:
            raise self.state(intent, "confirm")
        return self.confirmed(intent, form)

    def confirmed(self, intent, form):
        card = intent["payment_method"].split("_", 2)[-1]
        if card in DECLINES and not self.has_pardoned:
            raise self.declined(intent, "card_declined", DECLINES[card])
        if card == "expired":
            raise self.declined(intent, "expired_card", "expired_card")
        if card == "threeDSecure2Required" and not intent.get("_proven"):
            if form.get("off_session") == "true":
                raise self.declined(intent, "authentication_required", "authentication_required")
            link = f"https://bank.example/{intent['id']}"
            intent["next_action"] = ({"type": "redirect_to_url", "redirect_to_url": {"url": link, "return_url": form["return_url"]}}
                                     if "return_url" in form else {"type": "use_stripe_sdk", "use_stripe_sdk": {}})
            intent["status"] = "requires_action"
            self.tell("payment_intent.requires_action", intent)
            return self.shown(intent)
        return self.paid(intent, form.get("expand", []))

    def paid(self, intent, expand=()):
        manual = intent["capture_method"] == "manual"
        charge = {"id": self.name("ch"), "object": "charge", "payment_intent": intent["id"], "amount": intent["amount"], "amount_captured": 0,
                  "amount_refunded": 0, "captured": False, "refunded": False, "currency": intent["currency"], "status": "succeeded",
                  "disputed": False, "metadata": dict(intent["metadata"]), "created": self.now(),
                  "payment_method_details": {"type": "card", "card": {"capture_before": self.now() + 7 * DAY if manual else None}}}
        self.charges[charge["id"]] = charge
        intent.update(latest_charge=charge["id"], next_action=None, last_payment_error=None)
        self.executed("hold" if manual else "charge", intent["metadata"], intent["amount"], intent["id"])
        if manual:
            intent.update(status="requires_capture", amount_capturable=intent["amount"], _until=self.now() + 7 * DAY)
            self.tell("payment_intent.amount_capturable_updated", intent)
        else:
            self.take(intent, charge, intent["amount"])
        return self.shown(intent, expand)

    def take(self, intent, charge, amount):
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        charge.update(captured=True, amount_captured=amount)
        self.transact("charge", amount, charge["id"], charge["currency"])
        self.tell("payment_intent.succeeded", intent)
        if intent["payment_method"].endswith("createDispute"):
            self.contest(charge)

    def capture(self, name, form):
        self.check(form, CAPTURE)
        intent = self.found(self.intents, name)
        if intent["status"] != "requires_capture":
            raise self.state(intent, "capture")
        amount = self.whole(form, "amount_to_capture") if "amount_to_capture" in form else intent["amount_capturable"]
        # More than was held needs a contract of its own [hold].
        if not 0 < amount <= intent["amount_capturable"]:
            raise invalid("amount_too_large", "The amount to capture is greater than what can be captured", "amount_to_capture")
        self.executed("capture", intent["metadata"], amount, intent["id"])
        self.take(intent, self.charges[intent["latest_charge"]], amount)
        return self.shown(intent)

    def cancel(self, name, form):
        self.check(form, CANCEL)
        intent = self.found(self.intents, name)
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise self.state(intent, "cancel")
        self.executed("cancel", intent["metadata"], intent["amount"], intent["id"])
        self.give_up(intent, form.get("cancellation_reason"))
        return self.shown(intent)

    def refund(self, form):
        self.check(form, REFUND)
        if "payment_intent" in form:
            intent = self.found(self.intents, form["payment_intent"], "payment_intent")
            charge = self.charges.get(intent["latest_charge"])
        else:
            charge = self.found(self.charges, form.get("charge", ""), "charge")
            intent = self.intents[charge["payment_intent"]]
        if not charge or not charge["captured"]:
            raise invalid("payment_intent_unexpected_state", "It has not been captured")
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise invalid("charge_already_refunded", f"Charge {charge['id']} has already been refunded.")
        if charge["disputed"]:
            raise invalid("charge_disputed", f"Charge {charge['id']} has been charged back")
        amount = self.whole(form, "amount") if "amount" in form else left
        # Never more than was captured [refund].
        if not 0 < amount <= left:
            raise invalid("amount_too_large", f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        refund = {"id": self.name("re"), "object": "refund", "amount": amount, "currency": charge["currency"], "status": "succeeded",
                  "payment_intent": intent["id"], "charge": charge["id"], "metadata": form.get("metadata", {}), "created": self.now()}
        self.refunds[refund["id"]] = refund
        self.transact("refund", -amount, refund["id"], charge["currency"])
        self.executed("refund", {**intent["metadata"], **refund["metadata"]}, amount, intent["id"])
        self.tell("charge.refunded", charge)
        return self.shown(refund)

    # The bank gives back what the card could not have, and it is as if it had not gone back [failed].
    def fail(self, refund):
        charge = self.charges[refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        refund.update(status="failed", failure_reason="lost_or_stolen_card")
        self.transact("refund_failure", refund["amount"], refund["id"], refund["currency"])
        self.tell("refund.failed", refund)

    # The money is withdrawn at once, for a fee, and comes back without that if it is won [dispute].
    def contest(self, charge, fee=0):
        dispute = {"id": self.name("du"), "object": "dispute", "amount": charge["amount_captured"], "currency": charge["currency"],
                   "charge": charge["id"], "payment_intent": charge["payment_intent"], "reason": "fraudulent", "status": "needs_response",
                   "metadata": {}, "created": self.now(),
                   "balance_transactions": [{"amount": -charge["amount_captured"], "fee": fee, "currency": charge["currency"]}]}
        charge["disputed"] = True
        self.disputes[dispute["id"]] = dispute
        self.transact("adjustment", -dispute["amount"], dispute["id"], dispute["currency"])
        self.tell("charge.dispute.created", dispute)
        return dispute

    def decide(self, dispute, status):
        dispute["status"] = status
        if status == "won":
            self.transact("adjustment", dispute["amount"], dispute["id"], dispute["currency"])
        self.tell("charge.dispute.closed", dispute)

    def authenticate(self, name, success):
        intent = self.intents[name]
        if success:
            intent["_proven"] = True
            self.paid(intent)
        else:
            intent.update(status="requires_payment_method", next_action=None, last_payment_error={
                "type": "invalid_request_error", "code": "payment_intent_authentication_failure", "message": "The rider was not proven"})
            self.tell("payment_intent.payment_failed", intent)

    # MARK: Lists

    def listed(self, items, query):
        self.check(query, LIST)
        found = sorted(items.values(), key=lambda item: (item["created"], item["id"]), reverse=True)
        for name in ("payment_intent", "charge", "type"):
            if name in query:
                found = [item for item in found if item.get(name) == query[name]]
        for name, value in (query.get("created") or {}).items():
            bound = int(value)
            test = {"gte": lambda at: at >= bound, "gt": lambda at: at > bound, "lte": lambda at: at <= bound, "lt": lambda at: at < bound}[name]
            found = [item for item in found if test(item["created"])]
        if "starting_after" in query:
            names = [item["id"] for item in found]
            if query["starting_after"] not in names:
                raise invalid("resource_missing", "No such object", "starting_after")
            found = found[names.index(query["starting_after"]) + 1:]
        limit = int(query.get("limit", "10"))
        if not 1 <= limit <= 100:
            raise invalid("parameter_invalid_integer", "limit is 1 to 100", "limit")
        return {"object": "list", "data": [self.shown(item) for item in found[:limit]], "has_more": len(found) > limit}

    def search(self, query):
        self.check(query, {"query", "limit", "page"})
        match = re.fullmatch(r"""metadata\[(["'])(.+?)\1\]:(["'])(.*)\3""", query.get("query", ""))
        if not match:
            raise invalid("parameter_invalid", "We were unable to parse your search query", "query")
        name, value = match.group(2), match.group(4)
        # What was made within the last minute can't be found yet [search].
        found = [self.shown(item) for item in self.intents.values()
                 if item["metadata"].get(name) == value and item["created"] <= self.now() - 60]
        return {"object": "search_result", "data": found[:int(query.get("limit", "10"))], "has_more": False}

    # MARK: Checks

    def check(self, form, known):
        for name in form:
            if name not in known:
                raise invalid("parameter_unknown", f"Received unknown parameter: {name}", name)

    def whole(self, form, name):
        if not re.fullmatch("[0-9]{1,12}", form.get(name, "")):
            raise invalid("parameter_invalid_integer", f"Invalid integer: {form.get(name)}", name)
        return int(form[name])

    def found(self, items, name, param="intent"):
        if name not in items:
            error = invalid("resource_missing", f"No such object: '{name}'", param)
            error.status = 404
            raise error
        return items[name]

    def state(self, intent, verb):
        return invalid("payment_intent_unexpected_state", f"This PaymentIntent could not be {verb}ed: it has a status of {intent['status']}.")

    # A decline is an answer like another: it is kept [idem], and the intent wants another card [life].
    def declined(self, intent, code, decline):
        intent.update(status="requires_payment_method", next_action=None,
                      last_payment_error={"type": "card_error", "code": code, "decline_code": decline, "message": "Your card was declined."})
        charge = {"id": self.name("ch"), "object": "charge", "payment_intent": intent["id"], "amount": intent["amount"], "amount_captured": 0,
                  "amount_refunded": 0, "captured": False, "refunded": False, "currency": intent["currency"], "status": "failed",
                  "disputed": False, "metadata": dict(intent["metadata"]), "created": self.now()}
        self.charges[charge["id"]] = charge
        self.executed("decline", intent["metadata"], intent["amount"], intent["id"])
        self.tell("payment_intent.payment_failed", intent)
        error = Refusal(402, "card_error", code, "Your card was declined.", decline_code=decline, payment_intent=self.shown(intent))
        error.is_kept = True
        return error

    # MARK: One request

    def chance(self, name):
        return self.random.random() * 100 < self.rates[name]

    async def post(self, path, form, key, raw):
        """The answer, and whether it is lost on its way."""
        # Before anything is looked at; nothing is kept [limits].
        if self.chance("limit"):
            return 429, {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}, False
        if not key:
            return 200, self.do(path, form), False
        if len(key) > 255:
            raise invalid("idempotency_key_too_long", "Keys are at most 255 characters")
        known = self.keys.get(key)
        # Forgotten after 24 hours [idem].
        if known and self.now() - known["at"] >= DAY:
            known = None
        if known:
            if known["asked"] != (path, raw):
                return 400, {"error": {"type": "idempotency_error", "message": "Keys for idempotent requests can only be used with the same "
                                       "parameters they were first used with."}}, False
            if known["answer"] is None:
                return 409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "in progress"}}, False
            return (*known["answer"], self.chance("drop"))
        if self.chance("busy"):
            return 409, {"error": {"type": "invalid_request_error", "code": "lock_timeout", "message": "locked"}}, False
        entry = self.keys[key] = {"at": self.now(), "asked": (path, raw), "answer": None}
        fails = self.chance("fail")
        broken = (500, {"error": {"type": "api_error", "message": "An unknown error occurred"}})
        if self.delay:
            await asyncio.sleep(self.delay)
        if fails and self.random.random() < 0.5:
            # Nothing was done, and the failure is kept all the same [idem].
            entry["answer"] = broken
            return (*broken, False)
        try:
            entry["answer"] = (200, self.do(path, form))
        except Refusal as refusal:
            if not refusal.is_kept:
                del self.keys[key]
                raise
            entry["answer"] = (refusal.status, refusal.body)
        if fails:
            entry["answer"] = broken
        return (*entry["answer"], self.chance("drop"))

    def do(self, path, form):
        parts = path.split("/")
        if path == "payment_intents":
            return self.create(form)
        if len(parts) == 3 and parts[0] == "payment_intents" and parts[2] in ("confirm", "capture", "cancel"):
            return {"confirm": self.confirm, "capture": self.capture, "cancel": self.cancel}[parts[2]](urllib.parse.unquote(parts[1]), form)
        if path == "refunds":
            return self.refund(form)
        raise Refusal(404, "invalid_request_error", None, f"Unrecognized request URL (POST: /v1/{path})")

    def get(self, path, query):
        parts = [urllib.parse.unquote(part) for part in path.split("/")]
        lists = {"payment_intents": self.intents, "charges": self.charges, "refunds": self.refunds, "disputes": self.disputes,
                 "balance_transactions": self.transactions, "events": self.events}
        if path == "payment_intents/search":
            return self.search(query)
        if len(parts) == 1 and path in lists:
            return self.listed(lists[path], query)
        if len(parts) == 2 and parts[0] in lists:
            self.check(query, {"expand"})
            return self.shown(self.found(lists[parts[0]], parts[1]), query.get("expand", []))
        raise Refusal(404, "invalid_request_error", None, f"Unrecognized request URL (GET: /v1/{path})")

    # MARK: What a test says and asks

    def control(self, path, form):
        if path == "faults":
            for name, value in form.items():
                if name == "delay":
                    self.delay = float(value)
                elif name in self.rates:
                    self.rates[name] = float(value)
                else:
                    raise invalid("parameter_unknown", f"no fault {name}")
        elif path == "clock":
            self.ahead += int(form["ahead"])
            self.expire()
        elif path == "authenticate":
            self.authenticate(form["intent"], form.get("success", "true") == "true")
        elif path == "pardon":
            # Whoever had too little has enough.
            self.has_pardoned = True
        elif path == "dispute":
            return self.contest(self.charges[self.intents[form["intent"]]["latest_charge"]], int(form.get("fee", "0")))
        elif path == "fail":
            for refund in [refund for refund in self.refunds.values() if refund["payment_intent"] == form["intent"]]:
                self.fail(refund)
                return refund
        elif path == "decide":
            self.decide(self.disputes[form["dispute"]], form["status"])
        elif path == "executions":
            return self.executions
        elif path == "calls":
            return self.calls
        elif path == "notices":
            # Signed as if sent now: `t=…,v1=…` over the very bytes [hooks].
            result = []
            for event in self.events.values():
                body = json.dumps(event)
                at = int(time.time())
                signature = hmac.new(SECRET.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
                result.append({"body": body, "signature": f"t={at},v1={signature}"})
            return {"data": result}
        else:
            raise Refusal(404, "invalid_request_error", None, "no such control")
        return {}


def nested(text):
    """`metadata[ride]=r-1&expand[]=x` as objects and lists."""
    form = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        head, *rest = re.findall(r"[^\[\]]+|\[\]", name)
        place, steps = form, [head, *rest]
        for step, following in zip(steps, steps[1:]):
            place = place.setdefault(step, [] if following == "[]" else {})
        if steps[-1] == "[]":
            place.append(value)
        else:
            place[steps[-1]] = value
    return form


async def serve(gateway, reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            start, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = start.split(" ")
            headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines if line)}
            raw = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            path, _, query = target.partition("?")
            lost = False
            try:
                if path.startswith("/_double/"):
                    status, body = 200, gateway.control(path[len("/_double/"):], nested(raw))
                elif not path.startswith("/v1/"):
                    raise Refusal(404, "invalid_request_error", None, "Unrecognized request URL")
                elif headers.get("authorization") != f"Bearer {KEY}":
                    raise Refusal(401, "invalid_request_error", None, "Invalid API Key provided")
                else:
                    path = path[len("/v1/"):]
                    shape = re.sub(r"(?<=payment_intents/)pi_[^/]+", "ID", path)
                    gateway.calls[f"{method} {shape}"] = gateway.calls.get(f"{method} {shape}", 0) + 1
                    gateway.expire()
                    if gateway.chance("cut"):
                        return
                    if method == "POST":
                        status, body, lost = await gateway.post(path, nested(raw), headers.get("idempotency-key"), raw)
                    else:
                        status, body = 200, gateway.get(path, nested(query))
            except Refusal as refusal:
                status, body = refusal.status, refusal.body
            except (ValueError, KeyError) as error:
                status, body = 400, invalid("parameter_invalid", repr(error)).body
            if lost:
                return
            text = json.dumps(body).encode()
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def watch_parent():
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    gateway = Gateway(options.seed)
    server = await asyncio.start_server(lambda reader, writer: serve(gateway, reader, writer), "127.0.0.1", options.port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await watch_parent()
    # At once, whoever is connected.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
