"""The whole product on one machine: MiniStack in the place of AWS, and the template deployed to it.

`python -m scripts.local_stack run` is what `make run` calls; tests start a `LocalStack` of their own.
"""

from scripts.local_stack.accounts import DEMO_ACCOUNTS, DemoAccount
from scripts.local_stack.stack import LocalStack
from scripts.project.problem import Problem

__all__ = ["DEMO_ACCOUNTS", "DemoAccount", "LocalStack", "Problem"]
