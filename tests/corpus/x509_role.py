"""Family x509-role: may this certificate issue, root or sign?"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from verifier.certificates.certificate import parse_certificate
from verifier.certificates.roles import check_issuer, check_root, check_signer

from .cases import Answer, Case, attempt, unsupported

_CHECKS = {"cert_is_ca": check_issuer, "cert_is_root_ca": check_root, "cert_is_leaf": check_signer}


def answer(case: Case) -> Answer:
    check = _CHECKS.get(case.params["check"])
    if check is None:
        return unsupported("family.not_built")
    der = x509.load_pem_x509_certificate(case.read("certificate")).public_bytes(Encoding.DER)
    return attempt(lambda: check(parse_certificate(der)))
