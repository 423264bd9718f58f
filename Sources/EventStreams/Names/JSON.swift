// Events are JSON: whoever declares one reads and writes it.
@_exported public import JSON
