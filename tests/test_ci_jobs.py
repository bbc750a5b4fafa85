"""The jobs that integrators paste are YAML, their commands exist, and the first is the one this project runs."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stampcard.cli import parser

ROOT = Path(__file__).parents[1]
GITHUB, GITLAB = re.findall(r"```yaml\n(.*?)```", (ROOT / "mocks" / "CI.md").read_text(encoding="utf-8"), re.DOTALL)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(text: str) -> list[str]:
    """The scripts of a job, in order."""
    document: Any = yaml.safe_load(text)
    job = document.get("jobs", document)["partners"]
    return list(job["script"]) if "script" in job else [step["run"] for step in job["steps"] if "run" in step]


def commands(scripts: list[str]) -> list[list[str]]:
    """Every call of stampcard in shell scripts, without what the shell keeps for itself."""
    found = []
    for line in "\n".join(scripts).splitlines():
        words = shlex.split(line)
        if "stampcard" in words:
            own = words[words.index("stampcard") + 1 :]
            ends = next((at for at, word in enumerate(own) if word in (">", "&", "|", ";")), len(own))
            found.append([word.replace("$vendor", "antavo") for word in own[:ends]])
    return found


@pytest.mark.parametrize("text", [GITHUB, GITLAB], ids=["GitHub", "GitLab"])
def test_each_command_of_a_job_exists(text: str) -> None:
    found = commands(steps(text))
    assert [command[0] for command in found] == ["check", "up", "report"]
    for command in found:
        assert parser().parse_args(command).run


@pytest.mark.parametrize("text", [GITHUB, GITLAB], ids=["GitHub", "GitLab"])
def test_each_script_of_a_job_is_one_a_shell_can_read(text: str) -> None:
    for script in steps(text):
        subprocess.run(["sh", "-n"], input=script.encode(), check=True)


def test_both_jobs_do_the_same() -> None:
    def words(text: str) -> list[list[str]]:
        return [script.split() for script in steps(text)]

    github = [line for script in words(GITHUB) for line in script]
    gitlab = [line for script in words(GITLAB) for line in script]
    assert github == gitlab


def test_this_project_runs_the_first_job_with_its_own_two_lines() -> None:
    own: Any = yaml.safe_load((ROOT / ".github" / "workflows" / "partners.yml").read_text(encoding="utf-8"))
    documented: Any = yaml.safe_load(GITHUB)
    assert own["jobs"] == documented["jobs"]
    assert own["env"].keys() == documented["env"].keys()
    (tests,) = commands([own["env"]["TESTS"]])
    assert parser().parse_args(tests).run


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_every_workflow_is_yaml_with_jobs(file: Path) -> None:
    document: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert document["jobs"]


def test_the_readme_leads_to_the_jobs() -> None:
    assert "(mocks/CI.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
