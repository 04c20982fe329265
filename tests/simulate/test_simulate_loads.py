"""What simulate writes loads without any option, and says the same as the frames it came from."""

import pytest

from socialroi.intake import Request
from socialroi.store import Store, ingest

QUESTIONS = (
    "select count(*), sum(waited_s), sum(business_waited_s), sum(queue_at_arrival) from episodes",
    "select keeps_unanswered, needs_response, count(*) from episodes group by all order by all",
    "select count(*), sum(amount), sum(margin) from purchases",
    "select question, count(*), count(score), sum(score) from survey_answers group by all order by all",
    "select engaged, segment, count(*) from customer_summary group by all order by all",
    "select category, sum(quantity * unit_price) from order_items group by category order by category",
    "select department, kind, sum(amount) from costs group by all order by all",
)


@pytest.fixture(scope="module")
def loaded(small_firm, tmp_path_factory):
    directory = tmp_path_factory.mktemp("loads")
    small_firm.write(directory / "exports")
    paths = sorted((directory / "exports").glob("*.csv"))
    counts = ingest(directory / "db", [Request(path=path, label=path.name) for path in paths])
    return directory / "db", counts


def test_every_row_is_loaded(small_firm, loaded):
    _, counts = loaded
    assert {one.table: one.rows_loaded for one in counts} == {n: len(t) for n, t in small_firm.tables.items()}
    assert all(one.rows_rejected == 0 for one in counts)


@pytest.mark.parametrize("question", QUESTIONS)
def test_files_and_frames_tell_the_same(small_firm, loaded, question):
    db, _ = loaded
    with Store.open(db) as files, Store.of(small_firm.tables, keeps_unanswered="yes") as frames:
        assert files.rows(question) == frames.rows(question)
        assert files.rows(question)
