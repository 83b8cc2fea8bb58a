"""The documents of both APIs, made from the code that answers: `docs/openapi.json` and `docs/asyncapi.json`.

Routes come from the template, their parameters, bodies and answers from the handlers, their errors from the docstrings
of the services that they call, request examples from the event files.
"""
