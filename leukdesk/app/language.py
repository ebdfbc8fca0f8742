"""Which languages there are, and how one is put in force. English is the source and needs no file.

Translations are files of Qt Linguist, `leukdesk_<language>.qm`, made as `resources/translations/README.md` says.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QGuiApplication

SOURCE = "en"
_PREFIX = "leukdesk_"


def available(folder: Path) -> list[str]:
    """Languages that can be chosen, English first: "en", "de", "pt_BR"."""
    made = sorted(path.stem.removeprefix(_PREFIX) for path in folder.glob(f"{_PREFIX}*.qm"))
    return [SOURCE, *(name for name in made if name != SOURCE)]


def own_name(language: str) -> str:
    """A language in its own words, as in "Deutsch"."""
    name = QLocale(language).nativeLanguageName()
    return name[:1].upper() + name[1:] if name else language


def put_in_force(application: QCoreApplication, wanted: str, folder: Path) -> list[QTranslator]:
    """Translate, write numbers and dates, and lay out as `wanted` (empty: the system) does; before any widget is made.

    Without a translation into the wanted language words stay English and numbers follow the wanted locale. Returns the
    translators in force; whoever calls removes them again where the program goes on (as tests do).
    """
    locale = QLocale(wanted) if wanted else QLocale.system()
    QLocale.setDefault(locale)
    own, qt = QTranslator(application), QTranslator(application)
    stem = _PREFIX.rstrip("_")
    if not (own.load(f"{_PREFIX}{wanted}", str(folder)) if wanted else own.load(locale, stem, "_", str(folder))):
        locale, made = QLocale(SOURCE), []
    else:
        qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        made = [one for one in (own, qt) if not one.isEmpty() and application.installTranslator(one)]
    if isinstance(application, QGuiApplication):
        application.setLayoutDirection(locale.textDirection())
    return made
