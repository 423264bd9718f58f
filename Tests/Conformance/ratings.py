#!/usr/bin/env python3
"""Random rides and ratings, and what must come of them: a model of both ways of rating, in 30 lines.

Usage: ratings.py COUNT SEED

Writes a line of JSON for each sequence: what happens, at seconds after the rides' end, and what counts in the end.
RatingModelTests has the service handle the same, and compares.
"""
import json, random, sys

MONTH = 30 * 86400


def model(events):
    given, shown, recent, waiting = {}, {}, {}, []

    def show(ride):
        shown[ride] = True
        for by in ("rider", "driver"):
            if by in given[ride]:
                whom = ("driver:d" if by == "rider" else "rider:u") + str(ride % 2)
                recent[whom] = (recent.get(whom, "") + str(given[ride][by]))[-500:]

    for at, event in events:
        while waiting and at >= MONTH:
            # What has waited for 30 days is shown before what comes then.
            show(waiting.pop(0))
        if event["kind"] == "complete":
            given.setdefault(event["ride"], {})
        elif event["kind"] == "rate":
            ride, by = event["ride"], event["by"]
            own = event["driver"] == ride % 2 and event["rider"] in (None, ride % 2)
            if by == "driver" and event["rider"] is None:
                continue
            if ride not in given or not own or at > MONTH or shown.get(ride) or by in given[ride]:
                continue
            given[ride][by] = event["stars"]
            if len(given[ride]) == 2:
                waiting.remove(ride)
                show(ride)
            else:
                waiting.append(ride)
    return recent


def sequence(random):
    events, at = [(0, {"kind": "complete", "ride": ride}) for ride in range(4) if random.random() < 0.8], 0
    for _ in range(random.randint(1, 24)):
        at += random.choice([0, 0, 0, 1, 1, 3600, 3600, 86400, 86400, 5 * 86400, MONTH - at if at < MONTH else 1])
        ride = random.randint(0, 3)
        if random.random() < 0.1:
            events.append((at, {"kind": "complete", "ride": ride}))
            continue
        wrong = random.random()
        by = random.choice(["rider", "driver"])
        events.append((at, {
            "kind": "rate", "ride": ride, "by": by, "stars": random.randint(1, 5),
            "driver": ride % 2 if wrong > 0.1 else 1 - ride % 2,
            "rider": None if by == "rider" and wrong > 0.5 else ride % 2 if wrong > 0.2 else 1 - ride % 2}))
    return events


if __name__ == "__main__":
    count, source = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    for _ in range(count):
        events = sequence(source)
        # At the end all time is over.
        expected = model(events + [(10 * MONTH, {"kind": "end"})])
        print(json.dumps({"events": [dict(event, at=at) for at, event in events], "recent": expected}))
