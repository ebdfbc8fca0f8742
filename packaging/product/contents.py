"""What a package holds and what it leaves out, as data: read by `build.spec` and by the test of it.

Two flavours. "viewer": everything leukdesk does on the CPU, by LiteRT. "full": TensorFlow too, so that models can be
trained and a GPU used.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAVOURS = ("viewer", "full")

# Copied as they are: (in the checkout, in the package). `leukdesk.paths` finds the first three there.
DATA = (
    ("models", "models"),
    ("resources", "resources"),
    ("docs/guide", "guide"),
    ("leukdesk/history/migrations", "leukdesk/history/migrations"),  # Alembic reads its steps as files
)
FULL_DATA = (
    ("training/recipes", "training/recipes"),
    ("training/augment/named.toml", "training/augment"),
    ("training/datasets/public.toml", "training/datasets"),
    ("training/elsewhere/names.toml", "training/elsewhere"),
    ("training/splits/systems.toml", "training/splits"),
    # TensorFlow imports 80 MB at every start to profile other machines.
    ("packaging/product/stand_ins/_pywrap_profiler_plugin.py", "tensorflow/python/profiler/internal"),
)
VIEWER_WITHOUT = ("resources/backbones/*",)  # networks to train from

# Imported by a name that stands in a string, or by a library that the program drives.
HIDDEN = (
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg_binary",
    "alembic.ddl.sqlite",
    "alembic.ddl.postgresql",
    "imagecodecs._tiff",  # imagecodecs imports its codecs when they are asked for
    "imagecodecs._shared",
    "openslide_bin",
)

# Packages that open their library themselves, by its name, unseen by PyInstaller.
OPENED_BY_NAME = ("openslide_bin",)

# Never in a package: tools of development, and what libraries import only if it happens to be there.
EXCLUDED = (
    *("tkinter", "test", "pytest", "_pytest", "hypothesis", "pip", "setuptools", "wheel", "ensurepip", "lib2to3"),
    *("pydoc_data", "IPython", "ipykernel", "jedi", "docutils", "sphinx", "mypy", "coverage", "pandas", "torch", "jax"),
    *("grpc", "pygments", "readline", "curses", "_curses", "tifffile.tiffcomment", "PIL.ImageTk"),
    *("PIL.ImageQt", "PySide6.QtNetwork", "PySide6.QtOpenGL", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDBus"),
)
VIEWER_EXCLUDED = (
    *("tensorflow", "keras", "training", "sklearn", "scipy", "matplotlib", "optuna", "h5py", "joblib"),
    *("ml_dtypes", "optree", "rich", "markdown_it"),
)

# Of Qt's plugins: X11 and Wayland, no display (self-test), input methods, JPEG and SVG pictures, desktop settings.
QT_PLUGINS = (
    *("platforms/libqxcb.so", "platforms/libqwayland*.so", "platforms/libqoffscreen.so", "platforms/libqminimal.so"),
    *("xcbglintegrations/*", "wayland-shell-integration/libxdg-shell.so", "wayland-decoration-client/libbradient.so"),
    *("wayland-graphics-integration-client/libqt-plugin-wayland-egl.so", "platformthemes/libqxdgdesktopportal.so"),
    *("printsupport/*", "platforminputcontexts/libcompose*", "platforminputcontexts/libibus*"),
    *("imageformats/libqjpeg.so", "imageformats/libqsvg.so", "iconengines/libqsvgicon.so"),
    *("platforms/q*.dll", "styles/*", "imageformats/qjpeg.dll", "imageformats/qsvg.dll", "iconengines/*"),
    *("platforms/libqcocoa.dylib", "imageformats/libqjpeg.dylib", "imageformats/libqsvg.dylib"),
)

# Files by their place in the package; each was measured (docs/decisions/0036).
LEFT_OUT = (
    "*/tests/*", "*.pyi", "*.pxd", "*.pyx", "*.h", "*.hpp", "*.lib", "*.a", "*.cmake", "*.c", "*.cpp",
    "*/__pycache__/*", "*/include/*", "*.dist-info/RECORD",  # pip's notes on the environment it was built in
    "PySide6/Qt/translations/*", "PySide6/Qt/qml/*", "PySide6/Qt/metatypes/*",
    "cv2/data/*", "cv2/qt/*", "PIL/_avif*", "PIL/_imagingtk*", "PIL/_webp*",
    "libscipy_openblas*",  # a second name of the one in numpy.libs
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so", "ai_edge_litert/tools/*", "ai_edge_litert/vendors/*",
    "tensorflow/xla_aot_runtime_src/*", "tensorflow/compiler/mlir/stablehlo/stablehlo_extension.so",
    "tensorflow/compiler/tf2xla/ops/_xla_ops.so",  # neither is loaded by training, export or prediction
    "tensorflow/python/profiler/internal/_pywrap_profiler_plugin.so",  # see FULL_DATA
    "sqlalchemy/dialects/m*sql/*", "sqlalchemy/dialects/oracle/*",
    "matplotlib/mpl-data/sample_data/*", "matplotlib/mpl-data/fonts/afm/*", "matplotlib/mpl-data/fonts/pdfcorefonts/*",
)  # fmt: skip

# Shared libraries of the system that travel with the package: Python's standard library needs them.
OWN_LIBRARIES = (
    *("libpython3*", "libssl.*", "libcrypto.*", "libsqlite3.*", "libffi.*", "liblzma.*", "libbz2.*", "libuuid.*"),
)


# These come with names for debuggers; stripping others can break what made them relocatable.
STRIPPED = ("libpython3*", "python3*/lib-dynload/*", "tensorflow/libtensorflow*", "tensorflow/*.so")


def modules(package: str) -> list[str]:
    """All modules of `leukdesk` or `training`, since many are imported by name or inside functions."""
    found = []
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def hidden(flavour: str) -> list[str]:
    """Modules to take in although nothing seems to import them."""
    return [*HIDDEN, *modules("leukdesk"), *(modules("training") if flavour == "full" else ())]


def excluded(flavour: str) -> list[str]:
    """Modules to leave out although something imports them."""
    return [*EXCLUDED, *(VIEWER_EXCLUDED if flavour == "viewer" else ())]


def data(flavour: str) -> list[tuple[str, str]]:
    """Files and folders to copy: (path, folder in the package)."""
    chosen = [*DATA, *(FULL_DATA if flavour == "full" else ())]
    return [(str(ROOT / source), target) for source, target in chosen]


def wanted(place: str, flavour: str) -> bool:
    """Whether a file belongs into the package, judged by its place there ("PySide6/Qt/lib/libQt6Core.so.6")."""
    place = place.replace("\\", "/")
    if flavour == "viewer" and any(fnmatch(place, one) for one in VIEWER_WITHOUT):
        return False
    _, is_plugin, plugin = place.partition("/plugins/")
    if place.startswith("PySide6/") and is_plugin:
        return any(fnmatch(plugin, one) for one in QT_PLUGINS)
    return not any(fnmatch(place, one) for one in LEFT_OUT)
