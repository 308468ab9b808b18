"""Where everything stands: Form → WorkbookPlan."""
