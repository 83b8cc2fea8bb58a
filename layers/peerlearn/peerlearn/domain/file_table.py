"""The types of files that are taken: how such files are named, what clients call them, how their content begins.

Sources: https://www.iana.org/assignments/media-types, https://mimesniff.spec.whatwg.org,
https://en.wikipedia.org/wiki/List_of_file_signatures
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The purpose of a file: two extensions of one kind in one name (`essay.docx.pdf`) contradict nothing."""

    DOCUMENT = "document"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"
    ARCHIVE = "archive"


_ZIP = rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"
_OLE = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# With a password they are encrypted in the older container.
_OPEN_OFFICE = _ZIP + b"|" + _OLE
_MPEG4 = rb".{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)"
_OGG, _MATROSKA, _WINDOWS_MEDIA = rb"OggS", rb"\x1a\x45\xdf\xa3", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_ZIP_TYPES = frozenset({"application/zip", "application/x-zip-compressed", "application/x-zip"})
_OFFICE, _OASIS = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."

# Texts that a browser runs.
ACTIVE_TEXTS = frozenset(
    {"text/html", "text/scriptlet", "text/vbscript", "text/x-component", "text/x-server-parsed-html", "text/xsl"}
)
_BINARY = (
    rb"%PDF-|\{\\rtf|\x89PNG|GIF8[79]a|\xff\xd8\xff|\x1f\x8b|7z\xbc\xaf\x27|Rar!\x1a|BZh[1-9]1AY|\xfd7zXZ|\x7fELF|"
    rb"OggS|fLaC|ID3[\x02-\x04]|" + b"|".join([_ZIP, _OLE, _MATROSKA])
)
_PAGE = (
    rb"\s*(?:(?:<!--.*?-->|<\?xml.*?\?>|<!DOCTYPE\s+(?!html|svg)[^>]*>)\s*)*"
    rb"<(?:!DOCTYPE\s+(?:html|svg)|(?:html|svg|head|body|script|iframe|object|embed)[\s/>])"
)
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is taken.

    Attributes
    ----------
    content_type: str
        The type that it is signed, stored and served as.
    extensions, aliases: frozenset of str
        How such files end, and what else clients call them.
    begins: bytes
        A pattern that the first bytes match; empty for a text, which has rules of its own.
    may_be_page: bool
        Whether such a text may begin as a page does.
    """

    content_type: str
    kind: Kind
    extensions: frozenset[str]
    aliases: frozenset[str]
    begins: bytes
    may_be_page: bool

    def accepts(self, declared: str) -> bool:
        """Return whether a client may call it so."""
        if declared == self.content_type or declared in self.aliases:
            return True
        if self.kind is Kind.TEXT:
            return declared.startswith("text/") and declared not in ACTIVE_TEXTS
        return self.begins == _OPEN_OFFICE and declared in _ZIP_TYPES

    def problem_of(self, head: bytes) -> str | None:
        """Return what the first bytes have against it, None where it may be what it is said to be."""
        if self.kind is not Kind.TEXT:
            agrees = re.match(self.begins, head, re.DOTALL) is not None
            return None if agrees else f"does not begin as a file of type {self.content_type} does"
        if head.startswith(_UTF16_MARKS):
            head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
        elif b"\0" in head or re.match(_BINARY, head):
            return "is not the text that its form was for"
        if re.match(_PAGE, head.removeprefix(_UTF8_MARK), re.DOTALL | re.IGNORECASE) and not self.may_be_page:
            return "begins as HTML or SVG does, which is taken in an archive only"
        return None


def _type(
    content_type: str,
    kind: Kind,
    extensions: str,
    aliases: str = "",
    begins: bytes = b"",
    *,
    may_be_page: bool = False,
) -> FileType:
    return FileType(content_type, kind, frozenset(extensions.split()), frozenset(aliases.split()), begins, may_be_page)


def _document(content_type: str, extensions: str, aliases: str = "", begins: bytes = _OPEN_OFFICE) -> FileType:
    return _type(content_type, Kind.DOCUMENT, extensions, aliases, begins)


def _text(content_type: str, extensions: str, aliases: str = "", *, may_be_page: bool = False) -> FileType:
    return _type(content_type, Kind.TEXT, extensions, aliases, may_be_page=may_be_page)


_DOCUMENTS = (
    _document("application/pdf", "pdf", "application/x-pdf text/pdf", rb".{0,1019}%PDF-"),
    _document("application/rtf", "rtf", "text/rtf text/richtext application/x-rtf application/msword", rb"\{\\rtf"),
    _document("application/msword", "doc dot", "application/x-msword application/vnd.ms-word", _OLE + rb"|\{\\rtf"),
    _document("application/vnd.ms-excel", "xls", "application/msexcel application/x-msexcel", _OLE),
    _document("application/vnd.ms-powerpoint", "ppt pps", "application/mspowerpoint", _OLE),
    _document(f"{_OFFICE}wordprocessingml.document", "docx", "application/msword"),
    _document(f"{_OFFICE}spreadsheetml.sheet", "xlsx", "application/vnd.ms-excel"),
    _document(f"{_OFFICE}presentationml.presentation", "pptx", "application/vnd.ms-powerpoint"),
    _document(f"{_OFFICE}presentationml.slideshow", "ppsx"),
    _document(f"{_OASIS}text", "odt"),
    _document(f"{_OASIS}spreadsheet", "ods"),
    _document(f"{_OASIS}presentation", "odp"),
    _document(f"{_OASIS}graphics", "odg"),
    _document("application/epub+zip", "epub"),
    _document("application/vnd.apple.pages", "pages", "application/x-iwork-pages-sffpages"),
    _document("application/vnd.apple.numbers", "numbers", "application/x-iwork-numbers-sffnumbers"),
    _document("application/vnd.apple.keynote", "key", "application/x-iwork-keynote-sffkey"),
    _document("application/x.scratch.sb3", "sb3", "application/x-scratch"),
    _document("application/vnd.geogebra.file", "ggb"),
    _document("application/vnd.recordare.musicxml", "mxl mscz", "application/x-musescore"),
)

_IMAGES = (
    _type("image/jpeg", Kind.IMAGE, "jpg jpeg jpe jfif", "image/jpg image/pjpeg image/x-jpeg", rb"\xff\xd8\xff"),
    _type("image/png", Kind.IMAGE, "png", "image/x-png image/apng", rb"\x89PNG\r\n\x1a\n"),
    _type("image/gif", Kind.IMAGE, "gif", begins=rb"GIF8[79]a"),
    _type("image/webp", Kind.IMAGE, "webp", "image/x-webp", rb"RIFF.{4}WEBP"),
    _type(
        "image/heic",
        Kind.IMAGE,
        "heic heif hif",
        "image/heif image/heic-sequence image/heif-sequence",
        rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif[12]|msf1|avif)",
    ),
    _type("image/avif", Kind.IMAGE, "avif", "image/avif-sequence", rb".{4}ftyp(?:avi[fs]|mif1|miaf)"),
    _type("image/tiff", Kind.IMAGE, "tif tiff", "image/tif image/x-tiff", rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]"),
    _type("image/bmp", Kind.IMAGE, "bmp dib", "image/x-bmp image/x-ms-bmp image/x-windows-bmp", rb"BM"),
    _type("image/vnd.adobe.photoshop", Kind.IMAGE, "psd", "image/psd image/x-photoshop", rb"8BPS"),
)

_AUDIO = (
    _type(
        "audio/mpeg",
        Kind.AUDIO,
        "mp3 mpga",
        "audio/mp3 audio/x-mp3 audio/mpg audio/mpeg3 audio/x-mpeg audio/x-mpeg-3",
        rb"ID3|\xff[\xe0-\xff]",
    ),
    _type("audio/mp4", Kind.AUDIO, "m4a m4b", "audio/x-m4a audio/m4a audio/aac audio/x-mp4 video/mp4", _MPEG4),
    _type("audio/aac", Kind.AUDIO, "aac", "audio/x-aac audio/aacp audio/vnd.dlna.adts", rb"\xff[\xf0-\xf9]|ID3|ADIF"),
    _type(
        "audio/wav",
        Kind.AUDIO,
        "wav wave",
        "audio/x-wav audio/wave audio/vnd.wave audio/x-pn-wav",
        rb"(?:RIFF|RF64|RIFX).{4}WAVE",
    ),
    _type(
        "audio/ogg",
        Kind.AUDIO,
        "ogg oga opus spx",
        "audio/x-ogg audio/opus audio/vorbis video/ogg application/ogg application/x-ogg",
        _OGG,
    ),
    _type("audio/flac", Kind.AUDIO, "flac", "audio/x-flac application/flac application/x-flac", rb"fLaC|ID3"),
    _type("audio/webm", Kind.AUDIO, "weba", begins=_MATROSKA),
    _type("audio/aiff", Kind.AUDIO, "aif aiff aifc", "audio/x-aiff", rb"FORM.{4}AIF[CF]"),
    _type("audio/midi", Kind.AUDIO, "mid midi", "audio/mid audio/x-mid audio/x-midi", rb"MThd"),
    _type("audio/amr", Kind.AUDIO, "amr", "audio/x-amr audio/amr-wb", rb"#!AMR"),
    _type("audio/x-ms-wma", Kind.AUDIO, "wma", begins=_WINDOWS_MEDIA),
)

_VIDEO = (
    _type("video/mp4", Kind.VIDEO, "mp4 m4v", "video/x-m4v video/mpeg4 video/x-mp4 application/mp4 audio/mp4", _MPEG4),
    _type("video/quicktime", Kind.VIDEO, "mov qt", "video/mov video/x-quicktime", _MPEG4),
    # also what browsers record of a voice
    _type("video/webm", Kind.VIDEO, "webm", "audio/webm video/x-webm", _MATROSKA),
    _type("video/matroska", Kind.VIDEO, "mkv", "video/x-matroska application/x-matroska", _MATROSKA),
    _type("video/ogg", Kind.VIDEO, "ogv", "application/ogg video/x-ogg", _OGG),
    _type("video/x-msvideo", Kind.VIDEO, "avi", "video/avi video/msvideo video/vnd.avi", rb"RIFF.{4}AVI "),
    _type("video/3gpp", Kind.VIDEO, "3gp 3gpp 3g2", "audio/3gpp video/3gpp2 audio/3gpp2", _MPEG4),
    _type("video/mpeg", Kind.VIDEO, "mpg mpeg", "video/mpg video/x-mpeg", rb"\0\0\x01[\xb0-\xbf]"),
    _type("video/x-ms-wmv", Kind.VIDEO, "wmv", "video/x-ms-asf", _WINDOWS_MEDIA),
)

_TEXTS = (
    _text(
        "text/plain",
        "txt text log srt vtt in out cfg conf ini toml properties diff patch asc pl pm hs lua jl m f f90 asm s pas ml"
        " mli clj ex exs erl lisp scm rkt dart groovy gradle v sv vhdl pro ino zig nim fs vb mk cmake tf proto graphql",
        "application/toml application/x-perl application/x-subrip",
    ),
    _text("text/markdown", "md markdown rmd qmd rst", "application/markdown"),
    _text("text/csv", "csv tsv tab", "application/csv application/x-csv application/vnd.ms-excel"),
    _text(
        "application/json",
        "json jsonl ndjson geojson",
        "application/jsonl application/x-json application/x-ndjson application/geo+json",
    ),
    _text("application/x-ipynb+json", "ipynb", "application/json application/ipynb+json"),
    _text("application/yaml", "yaml yml", "application/x-yaml"),
    _text(
        "application/xml",
        "xml musicxml drawio xsd dtd gpx kml bib",
        "application/vnd.recordare.musicxml+xml application/gpx+xml application/vnd.jgraph.mxfile"
        " application/vnd.google-earth.kml+xml application/xml-dtd application/x-bibtex",
    ),
    _text("text/css", "css scss sass less"),
    _text(
        "text/javascript",
        "js mjs cjs jsx",
        "application/javascript application/x-javascript application/ecmascript",
    ),
    # To an operating system `.ts` is a recording of television.
    _text("text/x-typescript", "ts tsx mts cts", "video/mp2t video/vnd.dlna.mpeg-tts application/typescript"),
    _text("text/x-vue", "vue svelte", may_be_page=True),
    _text("text/x-c", "c h", "text/x-csrc text/x-chdr"),
    _text("text/x-c++", "cpp cc cxx c++ hpp hh hxx", "text/x-c++src text/x-c++hdr"),
    _text("text/x-csharp", "cs csx", "application/x-csharp"),
    _text("text/x-go", "go", "application/x-go"),
    _text("text/x-java-source", "java", "text/x-java application/x-java"),
    _text("text/x-kotlin", "kt kts", "application/x-kotlin"),
    _text("text/x-scala", "scala sc", "application/x-scala"),
    _text("text/x-php", "php phtml", "application/x-httpd-php application/x-php application/php", may_be_page=True),
    _text("text/x-python", "py pyi pyw", "text/x-python-script application/x-python application/x-python-code"),
    _text("text/x-r", "r", "text/x-r-source text/x-rsrc application/x-r"),
    _text("text/x-ruby", "rb rake erb", "application/x-ruby", may_be_page=True),
    _text("text/x-rust", "rs", "application/rls-services+xml application/x-rust"),
    _text("text/x-shellscript", "sh bash zsh", "application/x-sh application/x-shellscript application/x-bash"),
    _text("text/x-sql", "sql ddl", "application/sql application/x-sql"),
    _text("text/x-swift", "swift", "application/x-swift"),
    _text("text/x-tex", "tex latex ltx sty cls", "application/x-tex application/x-latex"),
)

_ARCHIVES = (
    _type(
        "application/zip", Kind.ARCHIVE, "zip", "application/x-zip-compressed application/x-zip multipart/x-zip", _ZIP
    ),
    _type(
        "application/gzip",
        Kind.ARCHIVE,
        "gz tgz",
        "application/x-gzip application/x-compressed-tar application/x-tgz application/x-compressed application/x-tar"
        " application/x-gtar application/tar+gzip",
        rb"\x1f\x8b",
    ),
    _type("application/x-tar", Kind.ARCHIVE, "tar", "application/tar application/x-gtar", rb".{257}ustar"),
    _type("application/x-7z-compressed", Kind.ARCHIVE, "7z", "application/7z application/x-7z", rb"7z\xbc\xaf\x27\x1c"),
    _type("application/x-bzip2", Kind.ARCHIVE, "bz2 tbz2", "application/bzip2 application/x-bzip", rb"BZh"),
    _type("application/x-xz", Kind.ARCHIVE, "xz txz", "application/x-xz-compressed-tar", rb"\xfd7zXZ\0"),
    _type("application/zstd", Kind.ARCHIVE, "zst", "application/x-zstd", rb"\x28\xb5\x2f\xfd"),
    _type(
        "application/vnd.rar",
        Kind.ARCHIVE,
        "rar",
        "application/x-rar-compressed application/x-rar application/rar",
        rb"Rar!\x1a\x07",
    ),
)

FILE_TYPES = (*_DOCUMENTS, *_IMAGES, *_AUDIO, *_VIDEO, *_TEXTS, *_ARCHIVES)
