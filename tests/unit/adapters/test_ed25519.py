"""Ed25519: RFC 8032's own examples, and a derivation that another library agrees with."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt import InvalidKeyError

from peerlearn.adapters.ed25519 import Ed25519, key_pair

# https://datatracker.ietf.org/doc/html/rfc8032#section-7.1, tests 1 to 3: seed, public key, message, signature
EXAMPLES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
            "c027beceea1ec40a"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("seed", "public", "message", "signature"), EXAMPLES)
def test_the_standards_examples(seed: str, public: str, message: str, signature: str) -> None:
    algorithm = Ed25519()
    text, expected = bytes.fromhex(message), bytes.fromhex(signature)
    assert algorithm.sign(text, bytes.fromhex(seed + public)) == expected
    assert algorithm.verify(text, bytes.fromhex(public), expected)
    assert not algorithm.verify(text + b"x", bytes.fromhex(public), expected)


def test_a_key_is_what_hkdf_derives() -> None:
    secret = b"k" * 64
    seed = HKDF(SHA256(), 32, salt=None, info=b"peerlearn ed25519 tokens 1").derive(secret)
    public, private = key_pair(secret)
    assert private == seed + public
    assert Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() == public
    assert key_pair(b"l" * 64)[0] != public


def test_a_signature_has_one_spelling() -> None:
    public, private = key_pair(b"k" * 64)
    signature = Ed25519().sign(b"text", private)
    larger = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not Ed25519().verify(b"text", public, signature[:32] + larger)


def test_a_key_that_everything_verifies_with_is_refused() -> None:
    """Of small order: the neutral element with an R of the same and an S of zero would sign whatever one likes."""
    neutral = (1).to_bytes(32, "little")
    assert not Ed25519().verify(b"anything", neutral, neutral + bytes(32))


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    public, private = key_pair(b"k" * 64)
    signed = Ed25519().sign(b"text", private) + b"text"
    assert not Ed25519().verify(signed[length:], public, signed[:length].ljust(length, b"\0"))


def test_keys_are_not_taken_for_each_other() -> None:
    public, private = key_pair(b"k" * 64)
    signature = Ed25519().sign(b"text", private)
    with pytest.raises(InvalidKeyError):
        Ed25519().sign(b"text", public)
    for key in (private, b"", public[:31], public + b"\0"):
        with pytest.raises(InvalidKeyError):
            Ed25519().verify(b"text", key, signature)
    with pytest.raises(InvalidKeyError):
        Ed25519().prepare_key("text")
