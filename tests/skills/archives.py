"""Archives in the form of ESCO's, made up for tests; and where ESCO's own are kept."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared/data/esco"
REAL = [SHARED / "esco-1.1.1-classification-en.zip", SHARED / "esco-1.1.1-relations.zip"]
needs_esco = pytest.mark.skipif(
    not all(path.exists() for path in REAL), reason="ESCO's archives are not in ../shared/data"
)

SKILLS = [
    "conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "hiddenLabels", "status",
    "description",
]  # fmt: skip
GROUPS = ["conceptType", "conceptUri", "preferredLabel", "altLabels", "status", "description", "code"]
BROADER = ["conceptType", "conceptUri", "broaderType", "broaderUri"]
RELATED = ["originalSkillUri", "originalSkillType", "relationType", "relatedSkillType", "relatedSkillUri"]


def uri(name):
    return f"http://data.europa.eu/esco/skill/{name}"


def skill(name, label, *also, description="", status="released", address=""):
    kind = ["KnowledgeSkillCompetence", address or uri(name), "knowledge", ""]
    return [*kind, label, "\n".join(also), "", status, description]


def group(name, label):
    return ["SkillGroup", uri(name), label, "", "released", "", ""]


def broader(low, high):
    return ["KnowledgeSkillCompetence", uri(low), "SkillGroup", uri(high)]


def related(one, other, kind="optional"):
    return [uri(one), "knowledge", kind, "knowledge", uri(other)]


def classification(folder, skills, groups=(), tail=b""):
    """`tail` are bytes at the end of the skills' file."""
    files = {"skills_en.csv": _csv(SKILLS, skills) + tail, "skillGroups_en.csv": _csv(GROUPS, groups)}
    return _zip(folder / "classification.zip", files)


def relations(folder, above=(), beside=()):
    files = {"broaderRelationsSkillPillar.csv": _csv(BROADER, above), "skillSkillRelations.csv": _csv(RELATED, beside)}
    return _zip(folder / "relations.zip", files)


def _csv(columns, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue().encode()


def _zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path
