#!/usr/bin/env python3
"""Random account numbers, half of them broken, and whether schwifty takes them.

Usage: ibans.py COUNT SEED

Writes a line for each: 1 or 0, a blank, and the number. IBANOracleTests compares.
"""
import json, pathlib, random, re, string, sys

import schwifty
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

folder = pathlib.Path(schwifty.__file__).parent / "iban_registry"
known = json.loads((folder / "generated.json").read_text())
for country, more in json.loads((folder / "overwrite.json").read_text()).items():
    known[country] = {**known.get(country, {}), **more}
specs = {country: spec["bban_spec"] for country, spec in known.items()}
countries = sorted(specs)
source = random.Random(int(sys.argv[2]))


def bban(spec):
    kinds = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + string.digits}
    return "".join(
        source.choice(kinds[kind]) for count, kind in re.findall(r"(\d+)!([nac])", spec) for _ in range(int(count)))


def broken(text):
    place, other = source.randrange(len(text)), source.choice(string.ascii_uppercase + string.digits)
    return source.choice([
        text[:place] + other + text[place + 1:], text[:place] + text[place + 1:], text[:place] + other + text[place:],
        text[:2] + "%02d" % source.randrange(100) + text[4:], source.choice(["ZZ", "XX", "QQ"]) + text[2:], text[:place],
        text[:2] + source.choice(["00", "01", "99"]) + text[4:]])


for number in range(int(sys.argv[1])):
    country = source.choice(countries)
    text = str(IBAN.from_bban(country, bban(specs[country]), allow_invalid=True))
    if number % 2:
        text = broken(text)
    try:
        IBAN(text)
        taken = 1
    except SchwiftyException:
        taken = 0
    print(taken, text)
