"""Words and colours that every view, export and report shares."""

from __future__ import annotations

RESEARCH_USE = "For Research Use Only - not for use in diagnostic procedures"

# Okabe & Ito 2008, "Color universal design": distinguishable with the common kinds of colour blindness.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")

# ICSH 2014 order (Palmer et al., Int J Lab Hematol 2015, doi 10.1111/ijlh.12327).
ICSH_ORDER = (
    "blast", "promyelocyte", "myelocyte", "metamyelocyte", "band", "segmented", "eosinophil", "basophil", "lymphocyte",
    "reactive_lymphocyte", "abnormal_lymphocyte", "plasma_cell", "monocyte", "erythroblast", "smudge", "giant_platelet",
    "artefact",
)  # fmt: skip

# File names leukdesk takes for images when it walks a folder; a file named by the user is always tried.
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})

# Slides of scanner vendors, known by their names: some look like other files from inside.
SLIDE_SUFFIXES = frozenset({".svs", ".svslide", ".ndpi", ".mrxs", ".scn", ".bif", ".vms", ".vmu"})

# Archives whose images are opened; a zip or tar that is called otherwise is not recognised.
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

# A model as one file. It is a zip, and was called so before it had a name of its own that a file manager can know.
MODEL_SUFFIX = ".leukdesk"
MODEL_SUFFIXES = (MODEL_SUFFIX, ".zip")
