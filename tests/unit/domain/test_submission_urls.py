"""Every URL that somebody might hand in, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.submission_urls import CheckedUrl, UrlRefused, check_url

GOOD = [
    # GitHub: repository, folder, file, line, commit, pull request, archive, release asset, gist, raw file
    "https://github.com/ada/engine",
    "https://github.com/ada/engine/",
    "https://github.com/ada/engine/tree/main/src",
    "https://github.com/ada/engine/blob/main/README.md#L10-L20",
    "https://github.com/ada/engine/blob/main/a%20file.py",
    "https://github.com/ada/engine/commit/0123456789abcdef",
    "https://github.com/ada/engine/pull/7/files?diff=split&w=1",
    "https://github.com/ada/engine/archive/refs/tags/v1.0.zip",
    "https://github.com/ada/engine/releases/download/v1.0/engine.zip",
    "https://gist.github.com/ada/0123456789abcdef",
    "https://raw.githubusercontent.com/ada/engine/main/notes.txt",
    # the same to every parser
    "HTTPS://GitHub.COM/ada/engine",
    "https://github.com:443/ada/engine",
    # Google: file, folder, share link, document, sheet, slides, form
    "https://drive.google.com/file/d/1a2B3c/view?usp=sharing",
    "https://drive.google.com/drive/folders/1a2B3c",
    "https://drive.google.com/open?id=1a2B3c",
    "https://docs.google.com/document/d/1a2B3c/edit#heading=h.1",
    "https://docs.google.com/spreadsheets/d/1a2B3c/edit?gid=0#gid=0",
    "https://docs.google.com/presentation/d/1a2B3c/pub",
    # S3: virtual-hosted, path-style, dual-stack, with a dash, in China, in GovCloud, presigned
    "https://essays.s3.amazonaws.com/ada.pdf",
    "https://essays.s3.eu-west-1.amazonaws.com/2026/ada.pdf",
    "https://essays.s3-us-west-2.amazonaws.com/ada.pdf",
    "https://essays.s3.dualstack.eu-west-1.amazonaws.com/ada.pdf",
    "https://my.dotted.bucket.s3.us-east-1.amazonaws.com/a",
    "https://s3.amazonaws.com/essays/ada.pdf",
    "https://s3.eu-central-1.amazonaws.com/essays/ada.pdf",
    "https://s3-eu-west-1.amazonaws.com/essays/ada.pdf",
    "https://s3.dualstack.ap-southeast-2.amazonaws.com/essays/ada.pdf",
    "https://essays.s3.cn-north-1.amazonaws.com.cn/ada.pdf",
    "https://s3.cn-northwest-1.amazonaws.com.cn/essays/ada.pdf",
    "https://essays.s3.us-gov-west-1.amazonaws.com/ada.pdf",
    "https://essays.s3.amazonaws.com/a%2Fb?X-Amz-Signature=00&X-Amz-Expires=300",
    "https://github.com/" + "a" * (2048 - 19),
]

BAD = [
    # not a URL of ours at all
    "",
    " ",
    "github.com/ada/engine",
    "//github.com/ada/engine",
    "http://github.com/ada/engine",
    "ftp://github.com/ada/engine",
    "javascript:alert(1)//github.com/",
    "data:text/html,https://github.com/a",
    "https:github.com/ada",
    "https:/github.com/ada",
    "https:///github.com/ada",
    "https://",
    "https://?a=https://github.com/a",
    "https://#github.com/a",
    # a host alone
    "https://github.com",
    "https://github.com/",
    "https://github.com//",
    "https://drive.google.com?id=1",
    # somebody else's host
    "https://evil.com/github.com/a",
    "https://evil.com?https://github.com/a",
    "https://evil.com#https://github.com/a",
    "https://github.com.evil.com/a",
    "https://evilgithub.com/a",
    "https://evil-github.com/a",
    "https://www.github.com/a",
    "https://api.github.com/a",
    "https://ada.github.io/a",
    "https://objects.githubusercontent.com/a",
    "https://githubusercontent.com/a",
    "https://google.com/drive",
    "https://drive.google.com.evil.com/a",
    "https://sites.google.com/a",
    "https://bitbucket.org/a/b",
    # what parsers disagree about
    "https://evil.com\\@github.com/a",
    "https://github.com\\@evil.com/a",
    "https://github.com@evil.com/a",
    "https://github.com:443@evil.com/a",
    "https://user:password@github.com/a",
    "https://github.com/ada/@scope",
    "https://evil.com;@github.com/a",
    "https://github.com%2eevil.com/a",
    "https://github%2ecom/a",
    "https://github.com%00.evil.com/a",
    "https://github.com./a",
    "https://github.com../a",
    "https://.github.com/a",
    "https://github.com:80/a",
    "https://github.com:/a",
    "https://github.com:0443/a",
    "https://github.com:443:443/a",
    "https://github.com:443.evil.com/a",
    "https://[::1]/a",
    "https://[github.com]/a",
    "https://140.82.121.3/a",
    "https://2354147843/a",
    # characters that have no place in a URL
    " https://github.com/a",
    "https://github.com/a ",
    "https://github.com/a b",
    "https://github.com/a\tb",
    "https://github.com/a\n",
    "https://github.com/a\r\nHost: evil.com",
    "https://git\thub.com/a",
    "https://github.com/a\x00",
    "https://github.com/a\x7f",
    "https://github.com/<script>",
    'https://github.com/"onclick',
    "https://github.com/ünïcode",
    "https://g\u0131thub.com/a",
    "https://github。com/a",
    "https://\u202egithub.com/a",
    "https://github.com/a\ufeff",
    # hidden or broken encodings, and paths that lead elsewhere
    "https://github.com/a%",
    "https://github.com/a%zz",
    "https://github.com/a%0d%0aSet-Cookie:x",
    "https://github.com/a%00b",
    "https://github.com/a/../b",
    "https://github.com/a/./b",
    "https://github.com/a/%2e%2E/b",
    "https://github.com/a%2f..%2fb",
    "https://github.com/..",
    # S3 look-alikes
    "https://amazonaws.com/essays/a",
    "https://s3.amazonaws.com/",
    "https://s3.amazonaws.com/essays",
    "https://s3.amazonaws.com/essays/",
    "https://s3.amazonaws.com//essays/a",
    "https://s3.amazonaws.com/%65ssays/a",
    "https://s3.amazonaws.com/Essays/a",
    "https://s3.amazonaws.com/a/b",
    "https://s3.amazonaws.com/other/../essays/a",
    "https://essays.s3.amazonaws.com/",
    "https://essays.s3.amazonaws.com",
    "https://essays.s3.amazonaws.com.evil.com/a",
    "https://essays.s3.amazonaws.com.cn/a",
    "https://essays.s3.eu-west-1.amazonaws.com.cn/a",
    "https://essays.s3.cn-north-1.amazonaws.com/a",
    "https://essays.s3amazonaws.com/a",
    "https://essays-s3.amazonaws.com/a",
    "https://essays.s3.evil.amazonaws.com/a",
    "https://essays.s3.eu-west-1.evil.com/a",
    "https://essays.s3-website-us-east-1.amazonaws.com/a",
    "https://essays.s3-website.eu-central-1.amazonaws.com/a",
    "https://essays.s3-accelerate.amazonaws.com/a",
    "https://essays.s3-accesspoint.eu-west-1.amazonaws.com/a",
    "https://essays.s3-fips.us-east-1.amazonaws.com/a",
    "https://ec2.amazonaws.com/a/b",
    "https://a..b.s3.amazonaws.com/a",
    "https://-essays.s3.amazonaws.com/a",
    "https://192.168.0.1.s3.amazonaws.com/a",
    "https://.s3.amazonaws.com/a",
    "https://github.com/" + "a" * (2048 - 18),
]


@pytest.mark.parametrize("url", GOOD)
def test_may_be_handed_in(url: str) -> None:
    assert check_url(url).url == url


@pytest.mark.parametrize("url", BAD)
def test_may_not_be_handed_in(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must have 1 to 2048 characters"),
        ("https://github.com/" + "a" * 2048, "must have 1 to 2048 characters"),
        ("https://git%68ub.com/a", "must not have an encoded host"),
        ("https://github.com/a b", "must not contain spaces"),
        ("ftp://github.com/a", "must begin with https://"),
        ("https://github.com/../a", "must not go up"),
        ("https://example.com/a", "must be on Amazon S3"),
    ],
)
def test_a_refusal_says_what_is_wrong(url: str, reason: str) -> None:
    with pytest.raises(UrlRefused, match=reason):
        check_url(url)


def test_the_table_is_long_enough() -> None:
    assert len(set(GOOD) | set(BAD)) == len(GOOD) + len(BAD) >= 80


@pytest.mark.parametrize(
    ("url", "bucket", "key", "is_plain"),
    [
        ("https://essays.s3.amazonaws.com/2026/ada.pdf", "essays", "2026/ada.pdf", True),
        ("https://s3.eu-west-1.amazonaws.com/essays/2026/ada.pdf", "essays", "2026/ada.pdf", True),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/essays/ada.pdf", "essays", "ada.pdf", True),
        ("https://ESSAYS.S3-eu-west-1.amazonaws.com/a", "essays", "a", True),
        ("https://essays.s3.amazonaws.com/a?versionId=1", "essays", "a", False),
        ("https://essays.s3.amazonaws.com/a#b", "essays", "a", False),
        ("https://s3.amazonaws.com.s3.amazonaws.com/a", "s3.amazonaws.com", "a", True),
    ],
)
def test_where_in_s3_it_leads(url: str, bucket: str, key: str, is_plain: bool) -> None:  # noqa: FBT001 (a parameter)
    assert check_url(url).s3 == (bucket, key, is_plain)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://github.com", "https://s3.amazonaws.com/"]))
def test_any_input_is_judged(text: str, prefix: str) -> None:
    try:
        checked = check_url(prefix + text)
    except UrlRefused:
        return
    assert isinstance(checked, CheckedUrl)
    authority = checked.url[len("https://") :].split("/")[0].lower().removesuffix(":443")
    assert authority in ("github.com", "gist.github.com") or authority.endswith((".com", ".com.cn"))


@given(st.sampled_from(GOOD), st.integers(0, 60), st.sampled_from('\\@ \t\n\r\x00\x7f<>"`{}|^é\u3002\uff0f'))
def test_no_odd_character_gets_anywhere_into_a_good_one(url: str, position: int, odd: str) -> None:
    spoiled = url[:position] + odd + url[position:]
    with pytest.raises(UrlRefused):
        check_url(spoiled)
