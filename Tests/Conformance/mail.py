#!/usr/bin/env python3
"""Receipts on a real way of a mail: handed in to Postfix, whose users Dovecot knows, signed by OpenDKIM, delivered into a Maildir.

Usage: mail.py start FOLDER        configures and starts them in a folder; writes FOLDER/smtp.url
       mail.py stop FOLDER
       mail.py rides COUNT         events for as many rides, in many languages and currencies
       mail.py check FOLDER COUNT  as many mails came, each without a defect, and each signature verifies
"""

import base64
import email
import email.policy
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time

import dkim

DOMAIN = "rides.example"
LOCALES = [None, "en-US", "de-CH", "fr-FR", "es-MX", "pt-BR", "ja-JP", "ar-EG", "tr-TR", "sv-SE"]
CITIES = ["New York", "São Paulo", "Zürich", "東京", "القاهرة", "a" * 200]
CURRENCIES = ["USD", "BRL", "CHF", "JPY", "KWD", "EUR"]


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start(folder):
    folder.mkdir(parents=True)
    # The servers' users have to come through.
    folder.chmod(0o755)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.pem")  # fmt: skip
    run("openssl", "genrsa", "-out", folder / "dkim.key", "2048")
    smtp, milter = port(), port()
    (folder / "opendkim.conf").write_text(
        f"""Mode s
Domain {DOMAIN}
Selector first
KeyFile {folder}/dkim.key
RequireSafeKeys no
Socket inet:{milter}@127.0.0.1
PidFile {folder}/opendkim.pid
Canonicalization relaxed/relaxed
OversignHeaders From
InternalHosts 0.0.0.0/0
Background yes
"""
    )
    run("opendkim", "-x", folder / "opendkim.conf")
    queue = folder / "queue"
    queue.mkdir()
    (folder / "users").write_text("receipts:{PLAIN}secret of receipts\n")
    (folder / "dovecot.conf").write_text(
        f"""base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
"""
    )
    run("dovecot", "-c", folder / "dovecot.conf")
    configuration = folder / "postfix"
    configuration.mkdir()
    boxes = folder / "boxes"
    boxes.mkdir()
    os.chown(boxes, 65534, 65534)
    (configuration / "main.cf").write_text(
        f"""compatibility_level = 3.6
queue_directory = {queue}
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mail.{DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = example.com
virtual_mailbox_base = {boxes}
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 100
smtpd_tls_cert_file = {folder}/tls.pem
smtpd_tls_key_file = {folder}/tls.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_milters = inet:127.0.0.1:{milter}
milter_default_action = tempfail
"""
    )
    # Postfix' own services, with one that listens where we say, and none in a changed root.
    services = ["postlog unix-dgram n - n - 1 postlogd", f"127.0.0.1:{smtp} inet n - n - - smtpd"]
    for line in pathlib.Path("/usr/share/postfix/master.cf.dist").read_text().splitlines():
        parts = line.split()
        if not parts or not re.match("[a-z]", line) or parts[1] == "inet" or parts[0] == "postlog" or parts[-1] == "pipe":
            continue
        parts[4] = "n"
        services.append(" ".join(parts))
    (configuration / "master.cf").write_text("\n".join(services) + "\n")
    (folder / "data").mkdir()
    run("chown", "postfix", folder / "data")
    run("postfix", "-c", configuration, "start")
    (folder / "smtp.url").write_text(f"smtp://receipts@127.0.0.1:{smtp}?ca={folder}/tls.pem")


def stop(folder):
    subprocess.run(["postfix", "-c", folder / "postfix", "stop"], check=False, stderr=subprocess.DEVNULL)
    for file in ["dovecot/master.pid", "opendkim.pid"]:
        try:
            os.kill(int((folder / file).read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            pass


def rides(count):
    chosen = random.Random(count)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for number in range(count):
        currency, base, tip = chosen.choice(CURRENCIES), chosen.randrange(1, 10**6), chosen.randrange(500)
        data = {
            "rideId": f"mail-{number}", "riderId": f"rider-{number}", "driverId": f"driver-{number % 50}",
            "city": chosen.choice(CITIES), "distanceMeters": chosen.randrange(50_000), "durationSeconds": chosen.randrange(5000),
            "fare": {"base": base, "tip": tip, "total": base + tip, "currency": currency},
            "payment": {"method": "card", "token": chosen.choice(["tok_visa", "tok_visa", "tok_visa", "tok_declined_stolen"])},
            "riderEmail": f"rider-{number}@example.com",
        }  # fmt: skip
        locale = chosen.choice(LOCALES)
        if locale:
            data["riderLocale"] = locale
        event = {"type": "RIDE_COMPLETED", "timestamp": now, "key": data["riderId"], "data": data}
        print(json.dumps(event, ensure_ascii=False))


def check(folder, count):
    box = folder / "boxes" / "all" / "new"
    deadline = time.monotonic() + 60
    while len(files := list(box.iterdir()) if box.exists() else []) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(files) == count, f"{len(files)} mails came, and not {count}"
    key = subprocess.run(
        ["openssl", "rsa", "-in", folder / "dkim.key", "-pubout", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(key)
    policy = email.policy.SMTP.clone(raise_on_defect=True)
    seen = set()
    for file in files:
        mail = file.read_bytes()
        # Delivered with the line ends of this machine.
        mail = re.sub(rb"\r?\n", b"\r\n", mail)
        assert all(len(line) <= 998 for line in mail.split(b"\r\n")), file
        assert dkim.verify(mail, dnsfunc=lambda name, timeout=5: record), f"{file}: the signature does not verify"
        message = email.message_from_bytes(mail, policy=policy)
        assert message["Message-ID"] not in seen, message["Message-ID"]
        seen.add(message["Message-ID"])
        parts = list(message.walk())
        assert [part.get_content_type() for part in parts] == ["multipart/alternative", "text/plain", "text/html"], file
        assert not any(part.defects for part in parts), file
        assert not any(header.defects for part in parts for header in part.values()), file
        text, page = (part.get_content() for part in parts[1:])
        subject = message["Subject"]
        amount = subject.rsplit(": ", 1)[1]
        assert amount.split(" ")[-1] in text or amount in text, f"{subject} | {text}"
        assert re.fullmatch(r"rider-\d+@example\.com", message["To"].addresses[0].addr_spec), message["To"]
        assert page.lstrip().startswith("<!DOCTYPE html>"), file
    print(f"{count} mails in {len(LOCALES)} languages: no defect, each signature verifies")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["start", folder]:
            start(pathlib.Path(folder))
        case ["stop", folder]:
            stop(pathlib.Path(folder))
        case ["rides", count]:
            rides(int(count))
        case ["check", folder, count]:
            check(pathlib.Path(folder), int(count))
        case _:
            sys.exit(__doc__)
