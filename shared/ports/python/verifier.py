"""Verifies the signature of Intelligems webhooks. One file to copy: only the standard library, Python 3.8 and newer."""

import hashlib
import hmac
import json
import re
import time
from typing import NamedTuple, Optional, Sequence, Union


class Verdict(NamedTuple):
    """``secret`` is the index of the secret that matched; ``reason`` says why a webhook was refused."""

    ok: bool
    secret: Optional[int] = None
    reason: Optional[str] = None

    def __bool__(self) -> bool:
        return self.ok


def verify_webhook(
    body: bytes,
    signature: Optional[str],
    secret: Union[str, Sequence[str]],
    tolerance_ms: Optional[float] = None,
    timestamp: Optional[float] = None,
    now: Optional[float] = None,
) -> Verdict:
    """Says whether the raw body was signed with (one of) the secrets. Never raises on what a sender controls.

    The signature is the header's value: 64 hex digits in either case. With ``tolerance_ms`` (off unless given: retries
    carry the event's old time) the event's ``timestamp``, in ms since 1970, must be that near to now. In Flask::

        body = request.get_data()
        signature = request.headers.get("X-Intelligems-Signature")
        secret = os.environ.get("INTELLIGEMS_WEBHOOK_SECRET", "")
        if not verify_webhook(body, signature, secret).ok: abort(401)
    """
    secrets = [secret] if isinstance(secret, str) else list(secret or [])
    if not secrets or not all(isinstance(each, str) and each for each in secrets):
        return Verdict(False, reason="no-secret")
    if not isinstance(body, (bytes, bytearray, memoryview)):
        return Verdict(False, reason="body-not-raw")
    if signature is None or signature == "":
        return Verdict(False, reason="no-signature")
    if not isinstance(signature, str) or not re.fullmatch("[0-9a-fA-F]{64}", signature):
        return Verdict(False, reason="malformed-signature")

    claimed = bytes.fromhex(signature)
    # All are compared before one is looked at: the time taken does not reveal which matched.
    digests = [hmac.new(each.encode("utf-8"), body, hashlib.sha256).digest() for each in secrets]
    matches = [hmac.compare_digest(digest, claimed) for digest in digests]
    if True not in matches:
        return Verdict(False, reason="no-match")

    if tolerance_ms is not None:
        time_of_event = _timestamp_of(body) if timestamp is None else timestamp
        clock = time.time() * 1000 if now is None else now
        # Compared rather than subtracted: a whole number of any length compares with a float, but may not become one.
        is_number = type(time_of_event) in (int, float)
        if not (is_number and clock - tolerance_ms <= time_of_event <= clock + tolerance_ms):
            return Verdict(False, reason="outside-tolerance")
    return Verdict(True, secret=matches.index(True))


def _timestamp_of(body: bytes) -> object:
    try:
        # Whole numbers as floats too, as in JavaScript: int() refuses thousands of digits.
        event = json.loads(bytes(body).decode("utf-8-sig", "replace"), parse_int=float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return event.get("timestamp") if isinstance(event, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
