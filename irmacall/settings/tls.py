"""HTTPS as both listeners speak it: TLS 1.3 and 1.2, elliptic curves, authenticated encryption, nothing else.

The NCSC's guideline for TLS (2025) as Internet.nl reads it: no DHE, no CBC, no compression, no renegotiation.
Python leaves OpenSSL's TLS 1.3 suites as they are: AES-256-GCM, CHACHA20, AES-128-GCM.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from irmacall.settings.reading import Problems

_TLS12: Final = (
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
    ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    ":ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
)
_RSA_BITS: Final = 3072
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """A listener's TLS, from PEM files. Raises OSError (ssl.SSLError is one) when they cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_TLS12)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    # A password would be asked for at the terminal: a key that has one is refused instead.
    context.load_cert_chain(certificate, key, password=lambda: b"")
    return context


def check_files(certificate: Path, key: Path, where: str, problems: Problems) -> None:
    """Whether a listener can use these files, and whether the key is strong enough."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        problems.wrong(f"{where}.tls_cert", str(certificate), f"a certificate in a PEM file ({_fault(error)})")
        return
    if not _is_strong(leaf):
        wanted = f"for a key on P-256 or P-384, or RSA of {_RSA_BITS} bits or more"
        problems.wrong(f"{where}.tls_cert", str(certificate), wanted)
    try:
        server_context(certificate, key)
    except OSError as error:
        wanted = f"the certificate's key in a PEM file, without a password ({_fault(error)})"
        problems.wrong(f"{where}.tls_key", str(key), wanted)


def _is_strong(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def _fault(error: Exception) -> str:
    """What went wrong, in a word or two."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "unreadable").replace("_", " ").lower()
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else "unreadable"
