"""Which type a file has: its extension decides, and the declared type has to agree.

Browsers ask their operating system, which may know nothing (an empty type, `application/octet-stream`) or use names of
its own (`text/x-python-script`): a name that belongs to no type here contradicts none. A file without a known extension
is what it is declared to be, and a text where it is declared to be nothing.

Refused are programs, and what a browser or Office would run: HTML, SVG, Office files with macros. These are taken in an
archive. A file is only ever served as an attachment.
"""

from __future__ import annotations

import re
import unicodedata

from peerlearn.domain.file_table import ACTIVE_TEXTS, FILE_TYPES, FileType, Kind
from peerlearn.domain.problems import Problem, Rule, ValueRefused


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of a file, for its type's pattern: a PDF may begin as late as this.
HEAD_BYTES = 1024

# Clients declare these where they do not know the type.
_NO_TYPE = frozenset(
    {
        "",
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-download",
        "application/download",
        "application/force-download",
        "application/unknown",
        "application/x-unknown",
    }
)
# At the end of a name, whatever it is declared to be: an operating system, a browser or Office runs these.
_ACTIVE = _words(
    "html htm xhtml xht shtml mht mhtml svg svgz xsl xslt swf hta"
    " docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm xll"
    " exe com bat cmd msi msp msix scr pif cpl jar jnlp vbs vbe jse wsf wsh ps1 psm1 lnk url reg scf inf dll sys"
    " app dmg pkg deb rpm apk ipa iso img vhd appimage run bin elf so dylib desktop chm crx xpi command msc"
)
# Inside a name (`invoice.pdf.exe`, `photo.jpg.pdf`) these make it pass for something else. No words and initials that
# are in titles: `Intro.to.Go.pdf`, `answer.key.pdf`, `example.com.pdf`.
_TELLING = _words(
    "pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub jpg jpeg png gif webp heic heif bmp tif tiff avif psd"
    " mp3 m4a wav ogg flac aac mp4 mov webm mkv avi zip rar 7z gz tar bz2 txt csv json xml"
)
_ACTIVE_INSIDE = _words("html htm xhtml svg hta docm xlsm pptm exe bat msi scr pif jar vbs wsf ps1 lnk dll apk dmg")

_ACTIVE_TYPES = ACTIVE_TEXTS | _words(
    "application/xhtml+xml application/hta application/x-shockwave-flash application/java-archive application/x-msi"
    " application/x-msdownload application/x-msdos-program application/x-dosexec application/x-executable"
    " application/vnd.microsoft.portable-executable application/x-sharedlib application/x-mach-binary"
    " application/vnd.android.package-archive application/x-ms-shortcut application/x-bat image/svg+xml"
)

_BY_EXTENSION = {extension: one for one in FILE_TYPES for extension in one.extensions}
_BY_TYPE = {one.content_type: one for one in FILE_TYPES}
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_END = re.compile(r"[.\s]+$")
_IN_ARCHIVE = "put it into a ZIP archive and upload that"


class TypeRefused(ValueRefused):
    """Why a file is not taken; `field` is the field of the form at fault."""

    def __init__(self, field: str, rule: Rule, message: str) -> None:
        self.field = field
        self.problem = Problem(rule, message)
        super().__init__(self.problem)


def type_of(file_name: str, declared: str) -> FileType:
    """Return the type of a file by its name and by what its sender declares it to be.

    Raises
    ------
    TypeRefused
    """
    said = _media_type(declared)
    extensions = _extensions(file_name)
    last = extensions[-1] if extensions else ""
    if last in _ACTIVE:
        message = f"ends in .{last}, and such a file is not accepted as it is: {_IN_ARCHIVE}"
        raise TypeRefused("fileName", Rule.TYPE_NOT_TAKEN, message)
    known = _BY_EXTENSION.get(last)
    if known is None:
        known = _declared_type(last, said)
    elif said and not known.accepts(said) and _is_of_another(said, known):
        raise TypeRefused("contentType", Rule.TYPE_CONTRADICTED, f"is {said}, while .{last} is {known.content_type}")
    _require_no_disguise(extensions[:-1], known)
    return known


def stored_type(content_type: str) -> FileType | None:
    """Return the type that a file is stored as; None where it is none that is taken."""
    known = _BY_TYPE.get(content_type)
    return known or next((one for one in FILE_TYPES if content_type in one.aliases), None)


def _media_type(declared: str) -> str:
    """Return the declared type in small letters and without parameters; empty where it says nothing."""
    said = declared.partition(";")[0].strip().lower()
    if said in _NO_TYPE:
        return ""
    if not _MEDIA_TYPE.fullmatch(said):
        raise TypeRefused("contentType", Rule.MALFORMED, "must be a media type such as application/pdf, or empty")
    return said


def _is_of_another(said: str, known: FileType) -> bool:
    """Return whether a declared type that is no name of the known type is one of another, or of what runs."""
    if said in _ACTIVE_TYPES or "macroenabled" in said or stored_type(said) is not None:
        return True
    return said.partition("/")[0] not in ("application", known.kind.value)


def _extensions(file_name: str) -> list[str]:
    # As Windows reads a name: blanks and dots at its end are none of it. An invisible ending hides no extension.
    plain = unicodedata.normalize("NFKC", file_name).casefold()
    shown = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    return _END.sub("", shown).split(".")[1:]


def _declared_type(extension: str, said: str) -> FileType:
    """Return the type of a file whose extension is unknown or absent."""
    if not said and not extension:
        return _BY_TYPE["text/plain"]
    if not said:
        message = f"ends in .{extension}, which is no known type: {_IN_ARCHIVE}"
        raise TypeRefused("fileName", Rule.TYPE_NOT_TAKEN, message)
    text = _BY_TYPE["text/plain"]
    known = stored_type(said) or (text if text.accepts(said) else None)
    if known is None:
        message = f"is {said}, and such a file is not accepted as it is: {_IN_ARCHIVE}"
        raise TypeRefused("contentType", Rule.TYPE_NOT_TAKEN, message)
    return known


def _require_no_disguise(inner: list[str], known: FileType) -> None:
    # An archive may be named after what is in it: `a.tar.gz`, `essay.docx.zip`.
    if known.kind is Kind.ARCHIVE:
        return
    for extension in inner:
        of_another_kind = extension in _TELLING and _BY_EXTENSION[extension].kind is not known.kind
        if extension in _ACTIVE_INSIDE or of_another_kind:
            message = f"has .{extension} inside while the file is {known.content_type}: leave one of them out"
            raise TypeRefused("fileName", Rule.TYPE_CONTRADICTED, message)
