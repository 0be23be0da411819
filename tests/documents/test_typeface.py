import pytest

from invoice_app.documents.typeface import FACES, load_faces, set_type, split_runs


@pytest.mark.parametrize(
    "alphabet",
    [
        "abcXYZ0123456789 ÄÖÜäöüß ÀÉÎÕÑç ĄąĆćĘę Łł Őű Şş Ğğ İı Ðþ Ŵŷ",
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ αβγδεζηθικλμνξοπρςστυφχψω άέήίόύώ ἀἁᾶῥ",
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ абвгдеёжзийклмнопрстуфхцчшщъыьэюя Ґґ Єє Її Ўў Ђђ Љљ",
        "$ € £ ¥ ₹ ₺ ₽ ₿ ₴ ₦ ₩ ₫ ₱ ₪ ₡ ₲ ₸ ₾ ₼ ฿ − × · – — … “”‘’ « » № %\u202f\u00a0",
    ],
    ids=["latin", "greek", "cyrillic", "signs"],
)
def test_the_first_face_covers(alphabet: str) -> None:
    assert split_runs(alphabet) == [("Inter", alphabet)]


def test_every_face_has_the_same_letters_in_both_weights() -> None:
    assert set(load_faces()) == set(FACES)
    assert all(len(letters) > 100 for letters in load_faces().values())


def test_runs_are_given_to_the_first_face_that_has_their_letters() -> None:
    assert split_runs("Due ৳ 5") == [("Inter", "Due "), ("NotoSansSigns", "৳ "), ("Inter", "5")]


def test_a_letter_no_face_has_becomes_the_replacement_sign() -> None:
    assert split_runs("a日b") == [("Inter", "a"), ("NotoSansSigns", "\ufffd"), ("Inter", "b")]
    assert split_runs("\ue000")[0][1] == "\ufffd"
    assert split_runs("\ud800")[0][1] == "\ufffd"


def test_a_compatibility_letter_is_spelled_by_its_parts() -> None:
    assert split_runs("ＡＢ ㎡ ﬁ") == [("Inter", "AB m2 fi")]


def test_text_is_escaped_and_composed() -> None:
    assert set_type("<b> & e\u0301") == "&lt;b&gt; &amp; é"


def test_line_ends_become_breaks_and_invisible_letters_go() -> None:
    assert set_type("a\r\nb\u202ec\u200b\x07\td") == "a<br/>bc d"


def test_a_run_outside_the_first_face_is_marked() -> None:
    assert set_type("<৳>") == '&lt;<span style="font-family: NotoSansSigns">৳</span>&gt;'
