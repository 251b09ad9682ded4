"""What is installed: the package `chatkit_workbench`, with all the others inside. The rest is in pyproject.toml.

`chat`, `storage` and `assets` are names that a project may have as well: they must not lie in its site-packages.
"""

from setuptools import find_packages, setup

NAME = "chatkit_workbench"
FOLDERS = ("chat", "storage", "assets")
PACKAGE = "chat.package"  # what is `chatkit_workbench` itself, and need not be there a second time

inside = find_packages(
    include=[pattern for folder in FOLDERS for pattern in (folder, f"{folder}.*")], exclude=[PACKAGE]
)
setup(
    packages=[NAME, *(f"{NAME}.{package}" for package in inside)],
    package_dir={NAME: PACKAGE.replace(".", "/"), **{f"{NAME}.{folder}": folder for folder in FOLDERS}},
    include_package_data=False,
    package_data={f"{NAME}.{folder}": ["**/*"] for folder in FOLDERS},
    exclude_package_data={
        "": ["*.pyc"],
        f"{NAME}.assets": ["pictures/*"],
        f"{NAME}.chat": ["package/*"],
    },
)
