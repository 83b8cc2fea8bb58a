"""Runs MiniStack, in its own interpreter, with one thing put right.

S3 answers a signed link with the headers that the link asks for (`response-content-disposition`, ...). MiniStack 1.5.33
does so unless the link names a version, and the product's links do: a file would be shown instead of saved, and not
under its name.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import importlib
import runpy
from http import HTTPStatus
from typing import Any


def main() -> None:
    """Serve until stopped."""
    s3: Any = importlib.import_module("ministack.services.s3")
    name, overriding = "_get_object", "_apply_response_overrides"
    get_object, apply = getattr(s3, name), getattr(s3, overriding)

    def with_overrides(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        status, answered, body = get_object(bucket, key, headers, query)
        if query and status == HTTPStatus.OK:
            apply(answered, query)
        return status, answered, body

    setattr(s3, name, with_overrides)
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
