"""The terminal: commands, their texts and exit codes."""

import sys


def main() -> None:
    """Run the program; Ctrl+C is answered in a sentence from the first moment on, while it is still loading too."""
    try:
        from xlsx_pdca.cli.program import main as run_program
    except KeyboardInterrupt:
        print("中止しました。", file=sys.stderr)
        sys.exit(2)
    run_program()


__all__ = ["main"]
