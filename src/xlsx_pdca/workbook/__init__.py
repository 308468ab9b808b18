"""All spreadsheet code: writing, stamping, reading, marking; the only home of spreadsheet libraries."""
