"""Runs the cases of vectors.json, whose path is the one argument; fails where a verdict differs."""

import base64
import json
import sys

from verifier import verify_webhook

with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)["cases"]

failed = 0
for case in cases:
    options = case.get("options", {})
    body = case["parsedBody"] if "parsedBody" in case else base64.b64decode(case["body"]) * case.get("bodyRepeat", 1)
    verdict = verify_webhook(
        body,
        case["signature"],
        case["secrets"],
        tolerance_ms=options.get("toleranceMs"),
        timestamp=options.get("timestamp"),
        now=options.get("now"),
    )
    expected = case["verdict"]
    if (verdict.ok, verdict.secret, verdict.reason) != (expected["ok"], expected.get("secret"), expected.get("reason")):
        failed += 1
        print(f"{case['name']}: expected {expected}, got {verdict}")

print(f"{len(cases) - failed} of {len(cases)} cases agree")
sys.exit(1 if failed else 0)
