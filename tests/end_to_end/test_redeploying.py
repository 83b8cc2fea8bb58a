"""A changed source reaches the URL of the stack that runs, past `sam build` and `sam deploy`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from scripts.local_stack.redeploying import Function, Plan, Redeployer, functions
from tests.support.client import Client, eventually

# of a small context, and in the middle of nothing that others measure
_LOGICAL_ID = "ListPointsFunction"
_CHANGE = """
def lambda_handler(event, context):
    answer = app.lambda_handler(event, context)
    answer["multiValueHeaders"]["X-Changed"] = ["yes"]
    return answer
"""


def test_a_changed_function_answers_at_its_url(stack: dict[str, Any], tmp_path: Path) -> None:
    client = Client(stack)
    learner = client.register()

    def is_changed() -> bool:
        answer = client.call("GET", "/v1/learner/me/points", as_=learner)
        assert answer.status_code == 200
        return "X-Changed" in answer.headers

    own = next(function for function in functions() if function.logical_id == _LOGICAL_ID)
    folder = tmp_path / "functions" / own.folder.name
    shutil.copytree(own.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    source = folder / own.module.name
    source.write_text(source.read_text(encoding="utf-8") + _CHANGE, encoding="utf-8")
    redeployer = Redeployer(stack["endpoint"], tmp_path)
    assert not is_changed()
    try:
        redeployer.carry_out(Plan((Function(_LOGICAL_ID, folder, source, root=tmp_path),)))
        assert eventually(is_changed, 20)
    finally:
        redeployer.carry_out(Plan((own,)))
    assert eventually(lambda: not is_changed(), 20)
