"""Tries a deployed stack as its users do: signs up, books, uploads, is told over the WebSocket; leaves nothing behind.

    python -m scripts.smoke --env prod

`make deploy` ends with it. It needs a tutor and makes one as `create-admin` makes an administrator: by the operator's
permissions, through the product's own service. The course is listed for the seconds that the test takes, by a name that
says what it is; afterwards it and both accounts are gone, but for the empty marks that an erased account leaves.
"""
