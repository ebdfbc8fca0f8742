"""Quality flags in the words of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from leukdesk.domain.quality import QualityFlag


def flag_words(flag: QualityFlag) -> str:
    """What a flag is called."""
    translate = QCoreApplication.translate
    return {
        QualityFlag.BLANK: translate("Quality", "Nothing stained in view"),
        QualityFlag.BLURRED: translate("Quality", "Out of focus"),
        QualityFlag.DARK: translate("Quality", "Too dark"),
        QualityFlag.BRIGHT: translate("Quality", "Too bright"),
        QualityFlag.LOW_CONTRAST: translate("Quality", "Low contrast"),
        QualityFlag.GREY: translate("Quality", "No colour"),
        QualityFlag.THIN: translate("Quality", "Too thin"),
        QualityFlag.THICK: translate("Quality", "Too thick"),
        QualityFlag.MARKS: translate("Quality", "Burnt-in marks"),
        QualityFlag.SMALL: translate("Quality", "Few pixels"),
        QualityFlag.SCALE: translate("Quality", "Unusual scale"),
        QualityFlag.STAIN: translate("Quality", "Another stain"),
    }[flag]
