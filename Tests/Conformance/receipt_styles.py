"""Says how Babel writes amounts, days and lengths: a line each, its parts parted by tabs.

Usage: receipt_styles.py
"""

import datetime
import decimal
import random
import zoneinfo

from babel import dates, numbers

LOCALES = [
    "en-US", "en-GB", "en-IN", "de-DE", "de-CH", "de-AT", "fr-FR", "fr-CA", "fr-CH", "es-ES", "es-MX", "pt-BR", "pt-PT", "it-IT", "nl-NL",
    "sv-SE", "pl-PL", "tr-TR", "ja-JP", "ar-EG",
]
# By currency, the digits after the point.
CURRENCIES = {
    "USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KWD": 3, "MXN": 2, "BRL": 2, "INR": 2, "SEK": 2, "PLN": 2, "CLP": 0,
}  # fmt: skip
AMOUNTS = [0, 5, 99, 1234, 123456, 123456789, -1234]


def main():
    chosen = random.Random(5)
    for locale in LOCALES:
        name = locale.replace("-", "_")
        for currency, digits in CURRENCIES.items():
            for minor_units in AMOUNTS + [chosen.randrange(-(10**9), 10**9) for _ in range(3)]:
                amount = decimal.Decimal(minor_units).scaleb(-digits)
                text = numbers.format_currency(
                    amount, currency, locale=name, currency_digits=False, format=pattern(name, digits), numbering_system="default",
                )
                print("amount", locale, currency, minor_units, text, sep="\t")
        for zone in ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata"]:
            for _ in range(5):
                seconds = chosen.randrange(946684800, 2208988800)
                time = datetime.datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo(zone))
                day = dates.format_date(time, "full", locale=name)
                clock = dates.format_time(time, "short", tzinfo=zoneinfo.ZoneInfo(zone), locale=name)
                print("time", locale, zone, seconds, f"{day}, {clock}", sep="\t")
        for tenths in [0, 1, 99, 12345]:
            number = numbers.format_decimal(decimal.Decimal(tenths).scaleb(-1), "#,##0.0", locale=name, numbering_system="default")
            print("length", locale, "", tenths, number, sep="\t")


def pattern(locale, digits):
    """The locale's own pattern with the currency's digits: what a language takes for usual is not asked."""
    usual = numbers.Locale.parse(locale).currency_formats["standard"].pattern
    return ";".join(part.replace("0.00", "0." + "0" * digits if digits else "0") for part in usual.split(";"))


if __name__ == "__main__":
    main()
