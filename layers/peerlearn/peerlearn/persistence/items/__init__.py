"""Every item of the table, and nothing but their shapes: entity in, item out, and back.

Each item names its kind in `entity`, which the stream's filters read. Attributes are camelCase like the API's fields.
One module per context, so that a function loads the entities that it uses and no others.
"""
