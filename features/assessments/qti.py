"""QTI 2.1 and 3: one item, or many below any root. The two write the same things with other names of elements."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

# The names of version 3, folded to those of 2.1.
NAMES = {
    "assessment-item": "assessmentItem", "response-declaration": "responseDeclaration", "item-body": "itemBody",
    "correct-response": "correctResponse", "choice-interaction": "choiceInteraction", "simple-choice": "simpleChoice",
    "order-interaction": "orderInteraction", "text-entry-interaction": "textEntryInteraction",
    "feedback-inline": "feedbackInline", "modal-feedback": "modalFeedback", "map-entry": "mapEntry",
    "mapping": "mapping", "value": "value", "prompt": "prompt",
}  # fmt: skip


def read_qti(text: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """(place, what `Draft` takes) for each item, or (place, a sentence) for what could not be read."""
    try:
        root = fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        yield "1", _("This is no XML that can be read safely.")
        return
    items = [element for element in root.iter() if _name(element) == "assessmentItem"]
    if not items:
        yield "1", _("There is no assessmentItem in it.")
    for number, item in enumerate(items, start=1):
        place = item.get("identifier") or str(number)
        try:
            yield place, _item(item, place)
        except ValueError as error:
            yield place, str(error)


def _item(item: Element, place: str) -> dict[str, Any]:
    declared = {each.get("identifier"): each for each in _all(item, "responseDeclaration")}
    interactions = [e for e in item.iter() if _name(e).endswith("Interaction")]
    if len(interactions) != 1:
        raise ValueError(_("It has %(n)d interactions; one is read here.") % {"n": len(interactions)})
    act = interactions[0]
    declaration = declared.get(act.get("responseIdentifier") or act.get("response-identifier"))
    if declaration is None:
        raise ValueError(_("Its answer is not declared."))
    right = [
        (value.text or "").strip() for values in _all(declaration, "correctResponse") for value in _all(values, "value")
    ]
    kind = _name(act)
    said: dict[str, Any] = {"key": place, "text": _question(item, act), "explanation": _feedback(item)}
    if not right:
        raise ValueError(_("It does not say which answer is right."))
    if kind in ("choiceInteraction", "orderInteraction"):
        choices = list(_all(act, "simpleChoice"))
        if kind == "orderInteraction":
            by_name = {choice.get("identifier"): choice for choice in choices}
            if set(right) != set(by_name):
                raise ValueError(_("The order names other choices than there are."))
            choices = [by_name[name] for name in right]
        options = [
            {
                "text": _words(choice, without="feedbackInline"),
                "is_right": choice.get("identifier") in right,
                "explanation": " ".join(_words(part) for part in _all(choice, "feedbackInline")),
            }
            for choice in choices
        ]
        single = "multiple" if len(right) > 1 else "single"
        return said | {"kind": "ordering" if kind == "orderInteraction" else single, "content": {"options": options}}
    if kind == "textEntryInteraction":
        if (declaration.get("baseType") or declaration.get("base-type")) in ("float", "integer"):
            try:
                return said | {"kind": "numeric", "content": {"value": float(right[0]), "tolerance": 0.0}}
            except ValueError:
                raise ValueError(_("“%(said)s” is no number.") % {"said": right[0][:20]}) from None
        mapped = [
            entry.get("mapKey") or entry.get("map-key") or ""
            for entry in declaration.iter()
            if _name(entry) == "mapEntry" and float(entry.get("mappedValue") or entry.get("mapped-value") or 0) > 0
        ]
        return said | {"kind": "short", "content": {"accepted": list(dict.fromkeys(right + [m for m in mapped if m]))}}
    raise ValueError(_("%(kind)s cannot be scored here.") % {"kind": kind})


def _name(element: Element) -> str:
    name = str(element.tag).rpartition("}")[2].removeprefix("qti-")
    return NAMES.get(name) or ("otherInteraction" if name.endswith("-interaction") else name)


def _all(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element.iter() if child is not element and _name(child) == name)


def _question(item: Element, act: Element) -> str:
    """The body without the choices: code keeps its lines."""
    body = next(_all(item, "itemBody"), None)
    parts = [] if body is None else list(_blocks(body, act))
    parts += [_words(prompt) for prompt in _all(act, "prompt")]
    return "\n\n".join(part for part in parts if part)


def _blocks(element: Element, act: Element) -> Iterator[str]:
    if element is act:
        if _name(act) == "textEntryInteraction":
            yield "_____"
        return
    name = _name(element)
    if name == "pre":
        yield "```\n" + "".join(element.itertext()).strip("\n") + "\n```"
        return
    if act not in list(element.iter()):
        yield _words(element)
        return
    if element.text and element.text.strip():
        yield " ".join(element.text.split())
    for child in element:
        yield from _blocks(child, act)
        if child.tail and child.tail.strip():
            yield " ".join(child.tail.split())


def _words(element: Element, without: str = "") -> str:
    said = [element.text or ""]
    for child in element:
        if _name(child) != without:
            words = _words(child, without)
            said.append(f"`{words}`" if _name(child) == "code" else words)
        said.append(child.tail or "")
    return " ".join("".join(said).split())


def _feedback(item: Element) -> str:
    return "\n\n".join(_words(part) for part in _all(item, "modalFeedback"))
