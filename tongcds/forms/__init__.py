"""Forms without a window: what is filled in, what is wrong, what is handed over; `ui.screens` draws them."""
