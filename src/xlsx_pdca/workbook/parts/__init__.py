"""What the single parts of an .xlsx package say; the reader joins them."""
