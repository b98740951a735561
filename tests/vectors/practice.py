"""Writes practice.jsonl: reviews as the reference implementation schedules them.

    pip install fsrs==6.3.2
    python tests/vectors/practice.py > tests/vectors/practice.jsonl

A line is a card: a list of reviews, each [rating, when graded, state, step, stability, difficulty, when due, retrievability
a day and a half after it was due]. Times are milliseconds since 1970; states are 1 learning, 2 review, 3 relearning; the
step of a card in review is 0. Ratings are drawn at random, and so are the days that a reader is late or early.
"""

import json
import random
from datetime import datetime, timedelta, timezone

from fsrs import Card, Rating, Scheduler, State

START = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def milliseconds(moment):
    return (moment - EPOCH) // timedelta(milliseconds=1)


def next_moment(draw, card, now):
    """When the reader comes back: on time, late by anything, at once, or hours to days too early."""
    kind = draw.random()
    if kind < 0.5:
        moment = card.due
    elif kind < 0.75:
        moment = card.due + timedelta(seconds=draw.randrange(40 * 86400))
    elif kind < 0.85:
        moment = now + timedelta(seconds=draw.randrange(3600))
    else:
        moment = now + (card.due - now) * draw.random()
    # JavaScript's clock counts whole milliseconds.
    return EPOCH + timedelta(milliseconds=milliseconds(moment))


def reviews(scheduler, draw, ratings):
    card, now, out = Card(due=START), START, []
    for rating in ratings:
        card, _ = scheduler.review_card(card, rating, now)
        later = card.due + timedelta(days=1, hours=12)
        out.append([
            int(rating), milliseconds(now), int(card.state), card.step or 0, card.stability, card.difficulty,
            milliseconds(card.due), scheduler.get_card_retrievability(card, later),
        ])
        assert (card.state == State.Review) == (card.step is None)
        now = next_moment(draw, card, now)
    return out


def main():
    scheduler = Scheduler(enable_fuzzing=False)
    draw = random.Random(6)
    ratings = list(Rating)
    # Every sequence of four ratings, then longer ones in which most answers are right.
    for number in range(4**4):
        print(json.dumps(reviews(scheduler, draw, [ratings[number // 4**i % 4] for i in range(4)])))
    for _ in range(120):
        print(json.dumps(reviews(scheduler, draw, draw.choices(ratings, weights=[2, 2, 6, 2], k=14))))


main()
