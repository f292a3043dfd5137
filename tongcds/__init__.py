"""Everything of TongCDS that is true without a screen; the window lives in the package `ui`."""
