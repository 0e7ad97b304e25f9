"""Sources: every card is found, and every row of it."""

from quell.ground.sources import PACKAGE, bibliography, cards, is_honest, rows


def test_cards_of_constants_are_found_and_libraries_are_not():
    names = {card.relative_to(PACKAGE).as_posix() for card in cards()}
    assert "ions/chloride.toml" in names
    assert not [name for name in names if "/library/" in name]


def test_every_row_of_a_card_is_found_wherever_it_stands(tmp_path):
    card = tmp_path / "card.toml"
    card.write_text(
        'about = "x"\n[A]\nb = { value = "1", source = "Naylor2005, assumed", grade = "D" }\n'
        '[[list]]\nc = { low = 1, source = "computed", grade = "B" }\n',
        encoding="utf-8",
    )
    found = list(rows(card))
    assert [number.place for number in found] == ["A.b", "list[0].c"]
    assert found[0].sources == ("Naylor2005", "assumed")


def test_the_bibliography_is_read_entry_by_entry():
    entries = bibliography()
    assert entries["Naylor2005"].startswith("@article{Naylor2005,")
    assert entries["Naylor2005"].endswith("}")
    assert all(entry.count("{") == entry.count("}") for entry in entries.values())


def test_honest_words_are_no_papers():
    assert is_honest("assumed")
    assert not is_honest("Naylor2005")
