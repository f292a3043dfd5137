"""Parts of forms that draw a session of `tongcds.forms`: they show it, and say what was typed or chosen."""
