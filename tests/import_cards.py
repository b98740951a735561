"""Imports a package with Anki's own importer into a fresh collection, twice, and then an edited one.

    python tests/import_cards.py FIRST.apkg EDITED.apkg CARDS EDITED_TEXT

Needs PyPI `anki`. CARDS is how many cards the first package must bring; the edited one brings the same cards, one of them with
EDITED_TEXT in it, and must change that note without adding any.
"""

import sys
import tempfile
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest


def bring(collection, package):
    options = ImportAnkiPackageOptions(merge_notetypes=True)
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options)).log
    return len(log.new), len(log.updated), len(log.conflicting)


def main(first, edited, cards, text):
    cards = int(cards)
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        assert collection.card_count() == 0
        brought = bring(collection, first)
        assert brought == (cards, 0, 0), brought
        assert collection.card_count() == collection.note_count() == cards
        guids = collection.db.list("select guid from notes")
        assert len(set(guids)) == cards
        decks = {deck.name for deck in collection.decks.all_names_and_ids() if "::" in deck.name}
        assert decks, "no deck of a stage"
        for card in collection.find_cards(""):
            card = collection.get_card(card)
            # Anki's own renderer fills both sides.
            assert card.question() and len(card.answer()) > len(card.question()), card.note().fields
        problems = collection.fix_integrity()
        assert problems[1], problems[0]
        brought = bring(collection, first)
        assert brought[0] == 0 and collection.card_count() == cards, brought
        brought = bring(collection, edited)
        assert brought[0] == 0 and collection.card_count() == cards, brought
        assert brought[1] >= 1, f"nothing was updated: {brought}"
        found = [note for note in collection.find_notes("") if text in "".join(collection.get_note(note).fields)]
        assert len(found) == 1, f"{len(found)} notes hold the edit"
        assert sorted(collection.db.list("select guid from notes")) == sorted(guids)
        print(f"{cards} cards in {len(decks)} decks; a second import added none, an edited one changed {brought[1]}")
        collection.close()


main(*sys.argv[1:])
