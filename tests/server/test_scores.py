"""POST /v1/admin/scores: refuses what no model could have meant."""

from pathlib import Path

import httpx2
import pytest

from tests.cli.serving import serving
from tests.workspace.shop import write_shop

BODY = {"trait": "vip", "version": "v1", "scores": {"c": 0.5}}


def test_scores_need_a_trait_of_numbers_and_numbers(tmp_path: Path) -> None:
    with serving("dev", write_shop(tmp_path)) as address:
        answers = [
            httpx2.post(f"{address}/v1/admin/scores", json=body)
            for body in (BODY, {**BODY, "trait": "nothing"}, {**BODY, "scores": {"c": "high"}}, {"trait": "vip"})
        ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert "type number" in answers[0].text


@pytest.mark.parametrize("count", [1001])
def test_too_many_at_once_are_refused(tmp_path: Path, count: int) -> None:
    scores = {f"c{number}": 0.1 for number in range(count)}
    with serving("dev", write_shop(tmp_path)) as address:
        answer = httpx2.post(f"{address}/v1/admin/scores", json={**BODY, "scores": scores})
    assert answer.status_code == 400
