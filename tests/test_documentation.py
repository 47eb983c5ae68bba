"""What the project says of itself is true."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "flows", "tasks", "deployments", "tests", "prefect.yaml", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE",
    "Makefile", "constraints.txt", ".ci", ".env.example", ".gitignore",
}  # fmt: skip


def test_the_example_environment_names_every_setting_with_its_default() -> None:
    from tasks.settings import Settings

    lines = re.findall(r"^# ([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    documented = dict(lines)
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"QUARRY_{name}").upper()
        assert variable in documented, variable
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert float(documented[variable]) == field.default, variable


def test_the_top_level_is_as_planned() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {path.split("/")[0] for path in listed} <= ALLOWED


def test_constraints_pin_every_direct_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = {
        line.split("==")[0].lower().replace("_", "-").replace(".", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    names = {
        re.split(r"[\[<>=!~]", requirement)[0].lower().replace("_", "-").replace(".", "-") for requirement in wanted
    }
    assert names <= pinned


def test_every_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"`make ([a-z]+)", readme))
    makefile = (ROOT / "Makefile").read_text()
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    for module in set(re.findall(r"python -m ((?:flows|deployments)\.[a-z_.]+)", readme)):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists() or (ROOT / module.replace(".", "/")).is_dir(), (
            module
        )
