"""Signs what schemathesis sends to the webhook receiver, so that it comes past the signature. Part of `cargo xtask test fire`."""

import hashlib
import hmac
import os

import schemathesis

KEY_ID, KEY = os.environ["KLARNA_SIGNING_KEYS"].split("=", 1)


def sign(request):
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    request.headers["Klarna-Signing-Key-Id"] = KEY_ID
    request.headers["Klarna-Signature"] = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    return request


@schemathesis.hook
def before_call(context, case, kwargs):
    # What comes without a header, or with a signature that ends in an odd digit, stays forged.
    headers = case.headers or {}
    signature = headers.get("Klarna-Signature") or "1"
    whole = "Klarna-Signing-Key-Id" in headers and signature[-1] in "02468ace"
    if case.path.endswith("/klarna/webhooks") and whole:
        kwargs["auth"] = sign
