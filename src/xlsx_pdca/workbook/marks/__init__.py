"""The steps of marking a returned workbook: parts, looks, cells, comments, the first sheet; joined in `workbook/marking.py`."""
