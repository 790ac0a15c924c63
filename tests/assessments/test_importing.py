"""Files of others into a bank: what can be read goes in, what cannot is told, and twice is once."""

from pathlib import Path

import pytest
from django.conf import settings

from features.assessments import importing, services
from features.assessments.models import Bank, Item, ItemVersion

QUIZ = Path(settings.BASE_DIR).parent / "shared/data/quiz/javascript-questions.md"
MARKDOWN = """
## 1. What is it?

```sql
SELECT 1
```

- A: One
- B: Two

<details><summary>Answer</summary>

## Answer: A

It is one.
</details>

## 2. Which two?

- A: One
- B: Two
- C: Three

## Answer: A, C
"""
CSV = """key,kind,text,answer,option1,option2,why2,area,band,tolerance,use
one,single,Which?,1,Right,Wrong,No.,Plans,2,,
two,multiple,Which of them?,1;2,Right,Right too,,Plans,3,,practice
three,ordering,In which order?,,First,Then,,Plans,3,,
four,numeric,How much?,3.5,,,,,4,0.1,
five,short,Which word?,where; Where ,,,,,1,,
bad,single,No key?,7,Right,Wrong,,,3,,
worse,riddle,What?,1,A,B,,,3,,
"""
GIFT = """
$CATEGORY: Top/Plans

::one::Which? {=Right#Yes. ~Wrong#No. ~Neither}

::two::Is it \\{so\\}? {TRUE}

::three::How much? {#3.5:0.1}

::four::Which word? {=where =WHERE}

::five::Which two? {~%50%This ~%50%That ~%-100%None}

::six::Match them {=a -> b =c -> d}

Without a title {=Yes ~No}
"""
QTI = """<?xml version="1.0"?>
<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1">
 <assessmentItem identifier="i1">
  <responseDeclaration identifier="R"><correctResponse><value>B</value></correctResponse></responseDeclaration>
  <itemBody><p>What does <code>x</code> give?</p><pre>x = 1
print(x)</pre><choiceInteraction responseIdentifier="R"><prompt>Choose.</prompt>
   <simpleChoice identifier="A">0<feedbackInline identifier="A">No.</feedbackInline></simpleChoice>
   <simpleChoice identifier="B">1</simpleChoice></choiceInteraction></itemBody>
 </assessmentItem>
 <assessmentItem identifier="i2">
  <responseDeclaration identifier="R" baseType="float"><correctResponse><value>2.5</value></correctResponse>
  </responseDeclaration>
  <itemBody><p>Half of five is <textEntryInteraction responseIdentifier="R"/>.</p></itemBody>
 </assessmentItem>
 <assessmentItem identifier="i3"><itemBody><p>Draw.</p><drawingInteraction responseIdentifier="R"/></itemBody>
 </assessmentItem>
</assessmentTest>"""
QTI_3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="j1">
 <qti-response-declaration identifier="R" cardinality="ordered"><qti-correct-response>
  <qti-value>b</qti-value><qti-value>a</qti-value></qti-correct-response></qti-response-declaration>
 <qti-item-body><p>In order, please.</p><qti-order-interaction response-identifier="R">
  <qti-simple-choice identifier="a">Second</qti-simple-choice>
  <qti-simple-choice identifier="b">First</qti-simple-choice>
 </qti-order-interaction></qti-item-body></qti-assessment-item>"""


@pytest.fixture(scope="module")
def bank(author, skill):
    return services.save_bank(bank=Bank(skill=skill, author=author, title="Imported", about="x"), by=author)


def bring(bank, name, text):
    return services.import_items(bank=bank, by=bank.author, name=name, content=text.encode())


class TestFormats:
    def test_markdown_with_code_a_fold_and_several_right_answers(self, bank):
        assert not bring(bank, "quiz.md", MARKDOWN).faults
        one, two = [item.current for item in Item.objects.order_by("key").select_related("current")]
        assert one.kind == "code"
        assert "<pre>" in one.html
        assert [option["is_right"] for option in one.content["options"]] == [True, False]
        assert "It is one." in one.explanation
        assert two.kind == "multiple"

    def test_csv_with_all_kinds_and_each_bad_row_told_with_its_line(self, bank):
        told = bring(bank, "items.csv", CSV)
        assert told.new == 5
        assert [place for place, _words in told.faults] == ["line 7", "line 8"]
        kinds = dict(Item.objects.values_list("key", "current__kind"))
        assert kinds == {
            "one": "single", "two": "multiple", "three": "ordering", "four": "numeric", "five": "short"
        }  # fmt: skip
        assert Item.objects.get(key="two").is_practice
        assert Item.objects.get(key="four").current.content == {"value": 3.5, "tolerance": 0.1}

    def test_gift(self, bank):
        told = bring(bank, "moodle.gift", GIFT)
        assert told.new == 6
        assert [place for place, _words in told.faults] == ["six"]
        items = {item.key: item for item in Item.objects.select_related("current")}
        assert items["one"].area == "Plans"
        assert items["one"].current.content["options"][0]["explanation"] == "Yes."
        assert items["two"].current.text == "Is it {so}?"
        assert items["three"].current.content == {"value": 3.5, "tolerance": 0.1}
        assert items["four"].current.kind == "short"
        assert items["five"].current.kind == "multiple"

    @pytest.mark.parametrize("tolerance", ["nan", "inf", "-1"])
    def test_a_tolerance_that_is_no_number_is_told_as_a_fault(self, bank, tolerance):
        for name, text in (
            ("x.csv", f"key,kind,text,answer,tolerance\nz,numeric,How many?,5,{tolerance}\n"),
            ("x.gift", f"::z::How many? {{#5:{tolerance}}}\n"),
        ):
            told = bring(bank, name, text)
            assert (told.new, len(told.faults)) == (0, 1)

    def test_qti_of_both_versions(self, bank):
        told = bring(bank, "pool.xml", QTI)
        assert (told.new, [place for place, _words in told.faults]) == (2, ["i3"])
        one = Item.objects.get(key="i1").current
        assert "print(x)" in one.text
        assert "`x`" in one.text
        assert [(option["text"], option["is_right"]) for option in one.content["options"]] == [
            ("0", False),
            ("1", True),
        ]
        assert one.content["options"][0]["explanation"] == "No."
        assert Item.objects.get(key="i2").current.content["value"] == 2.5
        assert bring(bank, "item.xml", QTI_3).new == 1
        ordered = Item.objects.get(key="j1").current
        assert [option["text"] for option in ordered.content["options"]] == ["First", "Second"]

    def test_xml_with_entities_of_its_own_is_refused_as_a_fault(self, bank):
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><assessmentItem identifier="i">&a;</assessmentItem>'
        told = bring(bank, "bomb.xml", bomb)
        assert told.new == 0
        assert told.faults

    @pytest.mark.skipif(not QUIZ.exists(), reason="shared/data is not beside this checkout")
    def test_a_real_bank_of_155_questions_comes_in_whole(self, bank):
        read = importing.read(QUIZ.name, QUIZ.read_text("utf-8"))
        assert (len(read.drafts), read.faults) == (155, [])
        told = bring(bank, QUIZ.name, QUIZ.read_text("utf-8"))
        assert (told.new, told.faults) == (155, [])


class TestTwice:
    def test_the_same_file_again_changes_nothing(self, bank):
        bring(bank, "items.csv", CSV)
        before = list(ItemVersion.objects.values_list("pk", "digest"))
        told = bring(bank, "items.csv", CSV)
        assert (told.new, told.same) == (0, 5)
        assert list(ItemVersion.objects.values_list("pk", "digest")) == before

    def test_questions_of_another_file_are_others_though_their_numbers_are_the_same(self, bank):
        assert bring(bank, "First part.md", MARKDOWN).new == 2
        assert bring(bank, "Second part.md", MARKDOWN.replace("What is it?", "What is that?")).new == 2
        assert bring(bank, "First part.md", MARKDOWN).same == 2
        assert Item.objects.count() == 4
        assert set(ItemVersion.objects.values_list("number", flat=True)) == {1}

    def test_other_words_are_a_new_version_and_wait_for_a_second_expert(self, bank, reader):
        bring(bank, "items.csv", CSV)
        item = Item.objects.get(key="one")
        services.review_item(item=item, by=reader, verdict="good")
        assert bring(bank, "items.csv", CSV.replace("Which?", "Which one?")).new == 1
        item.refresh_from_db()
        assert (item.state, item.current.number) == ("draft", 2)

    def test_a_file_that_is_no_text_is_refused(self, bank):
        with pytest.raises(services.AssessmentRefused) as refused:
            services.import_items(bank=bank, by=bank.author, name="x.csv", content=b"\xff\xfe\x00")
        assert refused.value.code == "no_text"
