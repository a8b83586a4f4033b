"""What the devices of a user show and sign, without a browser."""

import base64
import hashlib
import json
import time

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django_otp.oath import hotp
from webauthn.helpers import bytes_to_base64url

from crm.accounts.factors import authenticator

FLAGS = {"present": 1, "verified": 4, "has key": 64}


def code_of(secret, *, later=0):
    """What the app shows now, or some half minutes later."""
    step = int(time.time()) // authenticator.STEP + later
    return f"{hotp(base64.b32decode(secret), step):06}"


class Device:
    """An authenticator with one passkey."""

    def __init__(self, host="testserver", origin="http://testserver"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(str(self.key.private_numbers().private_value).encode()).digest()
        self.host, self.origin, self.uses, self.asks_for_finger = host, origin, 0, True

    def create(self, challenge):
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(FLAGS["has key"]) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer("webauthn.create", challenge, attestationObject=bytes_to_base64url(attestation))

    def sign(self, challenge):
        self.uses += 1
        data, client = self._data(), self._client("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            "webauthn.get",
            challenge,
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(signature),
        )

    def _data(self, flags=0):
        flags |= FLAGS["present"] | (FLAGS["verified"] if self.asks_for_finger else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, kind, challenge, **response):
        response["clientDataJSON"] = bytes_to_base64url(self._client(kind, challenge))
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
