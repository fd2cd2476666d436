"""RFC 3161 tokens with one thing wrong at a time, built field by field with `asn1crypto`."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import cms, core, tsp, x509
from cryptography.x509 import ExtendedKeyUsage

from fixtures.world.keys import ec_key

from .making import AT, INTERMEDIATE, LEAF_EXTENSIONS, ROOT, TIME_STAMPING, Extensions, Key, Wanted, with_

MESSAGE = b"the signature that was stamped"

TSA_EXTENSIONS: Extensions = with_(LEAF_EXTENSIONS[:1], ExtendedKeyUsage([TIME_STAMPING]), True)
TSA = Wanted("tsa", "intermediate", ec_key("tsa"), INTERMEDIATE.key, extensions=TSA_EXTENSIONS)
CHAIN = (TSA, INTERMEDIATE, ROOT)


@dataclass(frozen=True)
class Stamp:
    """How a token is made. `info`, `attributes` and `signer` replace fields of what the specification asks for.

    An attribute of None is left out. `names` is the certificate that the token says signed it.
    """

    message: bytes = MESSAGE
    at: datetime.datetime = AT
    imprint: str = "sha256"
    key: Key = TSA.key
    names: Wanted | bytes = TSA
    digest: str = "sha256"
    signature: str = "sha256_ecdsa"
    embeds: tuple[Wanted | bytes, ...] = ()
    by_key_identifier: bytes = b""
    info: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    signer: Mapping[str, Any] = field(default_factory=dict)
    signers: int = 1
    shown: bytes | None = None
    content_type: str = "tst_info"

    def token(self) -> bytes:
        """A TimeStampToken, DER."""
        info = self._info()
        signed: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": {
                "content_type": self.content_type,
                "content": core.ParsableOctetString(info if self.shown is None else self.shown),
            },
            "signer_infos": [self._signer(info)] * self.signers,
        }
        if self.embeds:
            signed["certificates"] = [cms.CertificateChoices("certificate", _certificate(each)) for each in self.embeds]
        content = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
        made: bytes = content.dump()
        return made

    def response(self, status: str = "granted") -> bytes:
        """A TimeStampResp around the token, DER."""
        token = cms.ContentInfo.load(self.token())
        made: bytes = tsp.TimeStampResp({"status": {"status": status}, "time_stamp_token": token}).dump()
        return made

    def _info(self) -> bytes:
        wanted: dict[str, Any] = {
            "version": "v1",
            "policy": "1.3.6.1.4.1.57264.2",
            "message_imprint": {
                "hash_algorithm": {"algorithm": self.imprint},
                "hashed_message": hashlib.new(self.imprint, self.message).digest(),
            },
            "serial_number": 7,
            "gen_time": self.at,
            "accuracy": {"seconds": 1},
        }
        made: bytes = tsp.TSTInfo({**wanted, **self.info}).dump()
        return made

    def _signer(self, info: bytes) -> cms.SignerInfo:
        attributes = self._attributes(info)
        wanted: dict[str, Any] = {
            "version": "v1",
            "sid": self._sid(),
            "digest_algorithm": {"algorithm": self.digest},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": self.signature},
            "signature": self.key.sign(attributes.dump()),
        }
        return cms.SignerInfo({**wanted, **self.signer})

    def _sid(self) -> cms.SignerIdentifier:
        if self.by_key_identifier:
            return cms.SignerIdentifier("subject_key_identifier", self.by_key_identifier)
        certificate = _certificate(self.names)
        named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        return cms.SignerIdentifier("issuer_and_serial_number", named)

    def _attributes(self, info: bytes) -> cms.CMSAttributes:
        digest = hashlib.sha256(_certificate(self.names).dump()).digest()
        wanted: dict[str, Any] = {
            "content_type": ["tst_info"],
            "message_digest": [hashlib.new(self.digest, info).digest()],
            "signing_certificate_v2": [{"certs": [{"cert_hash": digest}]}],
        }
        merged = {**wanted, **self.attributes}
        return cms.CMSAttributes(
            [{"type": kind, "values": values} for kind, values in merged.items() if values is not None]
        )


def _certificate(wanted: Wanted | bytes) -> x509.Certificate:
    return x509.Certificate.load(wanted if isinstance(wanted, bytes) else wanted.der())


STAMP = Stamp()
